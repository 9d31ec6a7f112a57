// SPDX-License-Identifier: Apache-2.0
#include "probes/host/host_counters.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <utility>

#include "base/display_text.h"
#include "base/text_file.h"
#include "probes/host/counter_text.h"

namespace culprit {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

std::chrono::nanoseconds nanoseconds_of_tick() {
  const long per_second = ::sysconf(_SC_CLK_TCK);
  return std::chrono::nanoseconds(1000000000L / (per_second > 0 ? per_second : 100));
}

/// The next word of a line and what is left behind it.
std::string_view next_word(std::string_view& line) {
  const std::size_t begin = std::min(line.find_first_not_of(' '), line.size());
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

void read_memory(HostUsage& usage, std::string_view meminfo, std::string_view vmstat) {
  const auto bytes = [&](std::string_view key) {
    return value_of(meminfo, key).value_or(0) * 1024;
  };
  usage.memory_total_bytes = bytes("MemTotal");
  usage.memory_available_bytes = bytes("MemAvailable");
  usage.swap_total_bytes = bytes("SwapTotal");
  usage.swap_free_bytes = bytes("SwapFree");
  usage.pages_swapped_in = value_of(vmstat, "pswpin").value_or(0);
  usage.pages_swapped_out = value_of(vmstat, "pswpout").value_or(0);
}

}  // namespace

Result<CpuTimes> parse_cpu_times(std::string_view stat, std::chrono::nanoseconds tick) {
  const auto line = after_key(stat, "cpu");
  std::vector<std::uint64_t> ticks = line ? numbers_in(*line) : std::vector<std::uint64_t>();
  if (ticks.size() < 4) {
    return Error("/proc/stat has no line for all CPUs");
  }
  ticks.resize(10);  // older kernels have fewer columns
  const auto time = [&](std::uint64_t count) {
    return tick * static_cast<std::chrono::nanoseconds::rep>(count);
  };
  // user nice system idle iowait irq softirq steal guest guest_nice; guests are counted in user too
  const std::uint64_t guest = ticks[8] + ticks[9];
  const std::uint64_t user = ticks[0] + ticks[1];
  CpuTimes times;
  times.user = time(user > guest ? user - guest : 0);
  times.system = time(ticks[2]);
  times.idle = time(ticks[3]);
  times.iowait = time(ticks[4]);
  times.irq = time(ticks[5]);
  times.softirq = time(ticks[6]);
  times.steal = time(ticks[7]);
  times.guest = time(guest);
  return times;
}

std::vector<DiskUsage> parse_disks(std::string_view diskstats,
                                   const std::vector<std::string>& whole_disks) {
  constexpr std::uint64_t kSectorBytes = 512;  // whatever the disk's own sectors are
  std::vector<DiskUsage> disks;
  while (!diskstats.empty()) {
    const std::size_t end = std::min(diskstats.find('\n'), diskstats.size());
    std::string_view line = diskstats.substr(0, end);
    diskstats.remove_prefix(std::min(end + 1, diskstats.size()));
    next_word(line);  // major
    next_word(line);  // minor
    const std::string_view name = next_word(line);
    const std::vector<std::uint64_t> numbers = numbers_in(line);
    const bool wanted =
        std::find(whole_disks.begin(), whole_disks.end(), name) != whole_disks.end();
    if (!wanted || numbers.size() < 10) {
      continue;
    }
    // reads merged sectors ms writes merged sectors ms in-flight ms-busy
    DiskUsage disk;
    disk.name = displayable(name, 64);
    disk.busy = std::chrono::milliseconds(numbers[9]);
    disk.read_bytes = numbers[2] * kSectorBytes;
    disk.written_bytes = numbers[6] * kSectorBytes;
    disks.push_back(std::move(disk));
  }
  return disks;
}

bool is_real_disk(std::string_view name) {
  static constexpr std::array kMadeOfOthers = {"loop", "ram", "zram", "dm-", "md", "sr", "fd"};
  return std::none_of(kMadeOfOthers.begin(), kMadeOfOthers.end(), [&](std::string_view prefix) {
    return name.substr(0, prefix.size()) == prefix;
  });
}

HostCounters::HostCounters(std::string proc_root, std::string sys_root)
    : proc_root_(std::move(proc_root)),
      sys_root_(std::move(sys_root)),
      tick_(nanoseconds_of_tick()) {}

std::string HostCounters::file(const char* name) const {
  return read_text_file(proc_root_ + "/" + name).value_or({});
}

std::vector<std::string> HostCounters::whole_disks() const {
  std::vector<std::string> disks;
  const std::unique_ptr<DIR, CloseDirectory> handle(::opendir((sys_root_ + "/block").c_str()));
  while (handle) {
    const dirent* entry = ::readdir(handle.get());  // NOLINT(concurrency-mt-unsafe): ours alone
    if (entry == nullptr) {
      break;
    }
    const std::string_view name(static_cast<const char*>(entry->d_name));
    if (name.front() != '.' && is_real_disk(name)) {
      disks.emplace_back(name);
    }
  }
  return disks;
}

Result<HostUsage> HostCounters::read(KernelTime now) {
  const auto stat = read_text_file(proc_root_ + "/stat", 8U << 20U);
  if (!stat) {
    return stat.error();
  }
  const auto cpu = parse_cpu_times(*stat, tick_);
  if (!cpu) {
    return cpu.error();
  }
  HostUsage usage;
  usage.time = now;
  usage.cpu = *cpu;
  usage.forks = value_of(*stat, "processes").value_or(0);
  usage.cpu_pressure = parse_pressure(file("pressure/cpu"));
  usage.memory_pressure = parse_pressure(file("pressure/memory"));
  usage.io_pressure = parse_pressure(file("pressure/io"));
  read_memory(usage, file("meminfo"), file("vmstat"));
  usage.disks = parse_disks(file("diskstats"), whole_disks());
  return usage;
}

}  // namespace culprit
