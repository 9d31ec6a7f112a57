// SPDX-License-Identifier: Apache-2.0
#include "probes/host/cgroup_counters.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "base/unique_fd.h"
#include "probes/host/counter_text.h"

namespace culprit {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

/// Reads files of one cgroup's directory into one buffer: a second's round over a hundred cgroups
/// must cost next to nothing. What does not fit into the buffer is not needed.
class CounterFiles {
 public:
  explicit CounterFiles(const CgroupTarget& target) : target_(target) {}

  /// The content of a file below the controller's directory, valid until the next call; empty when
  /// there is none.
  std::string_view content(const char* controller, const char* name) {
    const auto directory = target_.directories.find(controller);
    if (directory == target_.directories.end()) {
      return {};
    }
    path_.assign(directory->second).append("/").append(name);
    const UniqueFd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.valid()) {
      return {};
    }
    const ssize_t length = ::read(file.get(), buffer_.data(), buffer_.size());
    return length > 0 ? std::string_view(buffer_.data(), static_cast<std::size_t>(length))
                      : std::string_view();
  }

  std::optional<std::uint64_t> number(const char* controller, const char* name) {
    return single_number(content(controller, name));
  }

 private:
  const CgroupTarget& target_;
  std::string path_;
  std::array<char, 16384>
      buffer_;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
};

/// Throttling from the text of a cpu.stat, whose times are in `unit`s.
template <typename Unit>
void read_throttling(CgroupUsage& usage, std::string_view stat, std::string_view time_key) {
  usage.periods = value_of(stat, "nr_periods").value_or(0);
  usage.throttled_periods = value_of(stat, "nr_throttled").value_or(0);
  usage.throttled = Unit(value_of(stat, time_key).value_or(0));
}

/// CPU time only, from one file; false when the cgroup has gone.
bool read_cpu_time(CgroupUsage& usage, CounterFiles& files) {
  if (const auto accounted = files.number("cpuacct", "cpuacct.usage"); accounted) {
    usage.cpu = nanoseconds(*accounted);
    return true;
  }
  const auto used = value_of(files.content("unified", "cpu.stat"), "usage_usec");
  usage.cpu = microseconds(used.value_or(0));
  return used.has_value();
}

/// CPU time and throttling; false when the cgroup has gone.
bool read_cpu(CgroupUsage& usage, CounterFiles& files) {
  const auto accounted = files.number("cpuacct", "cpuacct.usage");
  const std::string_view unified = files.content("unified", "cpu.stat");
  if (!accounted && unified.empty()) {
    return false;
  }
  usage.cpu = accounted ? nanoseconds(*accounted)
                        : nanoseconds(microseconds(value_of(unified, "usage_usec").value_or(0)));
  if (after_key(unified, "nr_periods")) {
    read_throttling<microseconds>(usage, unified, "throttled_usec");
    return true;
  }
  const std::string_view v1 = files.content("cpu", "cpu.stat");
  read_throttling<nanoseconds>(usage, v1, "throttled_time");
  return true;
}

void read_memory(CgroupUsage& usage, CounterFiles& files) {
  if (const auto current = files.number("unified", "memory.current")) {
    usage.memory_bytes = *current;
    usage.major_faults =
        value_of(files.content("unified", "memory.stat"), "pgmajfault").value_or(0);
    return;
  }
  usage.memory_bytes = files.number("memory", "memory.usage_in_bytes").value_or(0);
  usage.major_faults =
      value_of(files.content("memory", "memory.stat"), "total_pgmajfault").value_or(0);
}

std::uint64_t read_io(CounterFiles& files) {
  if (const std::string_view unified = files.content("unified", "io.stat"); !unified.empty()) {
    return parse_io_stat(unified);
  }
  std::string_view v1 = files.content("blkio", "blkio.throttle.io_service_bytes_recursive");
  if (v1.empty()) {
    v1 = files.content("blkio", "blkio.throttle.io_service_bytes");
  }
  return parse_blkio_bytes(v1);
}

void add_counters(CgroupUsage& sum, const CgroupUsage& more) {
  sum.cpu += more.cpu;
  sum.throttled += more.throttled;
  sum.periods += more.periods;
  sum.throttled_periods += more.throttled_periods;
  sum.major_faults += more.major_faults;
  sum.io_bytes += more.io_bytes;
  const auto add = [](std::optional<Pressure>& total, const std::optional<Pressure>& pressure) {
    if (total && pressure) {
      total->some += pressure->some;
      total->full += pressure->full;
    } else if (pressure) {
      total = pressure;
    }
  };
  add(sum.cpu_pressure, more.cpu_pressure);
  add(sum.memory_pressure, more.memory_pressure);
}

void read_other_counters(CgroupUsage& usage, CounterFiles& files) {
  read_memory(usage, files);
  usage.io_bytes = read_io(files);
  usage.cpu_pressure = parse_pressure(files.content("unified", "cpu.pressure"));
  usage.memory_pressure = parse_pressure(files.content("unified", "memory.pressure"));
}

void copy_other_counters(CgroupUsage& usage, const CgroupUsage& last) {
  usage.memory_bytes = last.memory_bytes;
  usage.major_faults = last.major_faults;
  usage.io_bytes = last.io_bytes;
  usage.cpu_pressure = last.cpu_pressure;
  usage.memory_pressure = last.memory_pressure;
}

/// Sums the numbers behind `keys` wherever they stand.
std::uint64_t sum_behind(std::string_view text, std::initializer_list<std::string_view> keys) {
  std::uint64_t sum = 0;
  for (const std::string_view key : keys) {
    for (std::size_t found = text.find(key); found != std::string_view::npos;
         found = text.find(key, found + key.size())) {
      sum += single_number(text.substr(found + key.size())).value_or(0);
    }
  }
  return sum;
}

}  // namespace

std::uint64_t parse_io_stat(std::string_view text) {
  return sum_behind(text, {" rbytes=", " wbytes="});
}

std::uint64_t parse_blkio_bytes(std::string_view text) {
  return sum_behind(text, {" Read ", " Write "});
}

void CgroupCounters::watch(std::vector<CgroupTarget> targets) {
  targets_ = std::move(targets);
}

std::vector<CgroupUsage> CgroupCounters::read(KernelTime now, CounterDetail detail) {
  std::vector<CgroupUsage> usages;
  usages.reserve(targets_.size());
  for (const CgroupTarget& target : targets_) {
    CounterFiles files(target);
    CgroupUsage usage;
    usage.time = now;
    usage.cgroup = target.cgroup;
    History& history = histories_[target.cgroup];
    const bool limited = target.cpu_limit_cores.has_value() || history.last.periods > 0;
    const bool time_only = detail == CounterDetail::CpuOnly && history.seen && !limited;
    if (time_only ? !read_cpu_time(usage, files) : !read_cpu(usage, files)) {
      continue;
    }
    const bool same_counters = history.seen && usage.cpu >= history.last.cpu;
    if (detail == CounterDetail::CpuOnly && same_counters) {
      copy_other_counters(usage, history.last);
    } else {
      read_other_counters(usage, files);
    }
    usage.cpu_limit_cores = target.cpu_limit_cores;
    usage.memory_limit_bytes = target.memory_limit_bytes;
    keep_rising(usage, history);
    usages.push_back(usage);
  }
  return usages;
}

void CgroupCounters::keep_rising(CgroupUsage& usage, History& history) {
  if (history.seen && usage.cpu < history.last.cpu) {
    add_counters(history.earlier, history.last);
  }
  history.seen = true;
  history.last = usage;
  add_counters(usage, history.earlier);
}

}  // namespace culprit
