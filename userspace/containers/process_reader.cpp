// SPDX-License-Identifier: Apache-2.0
#include "containers/process_reader.h"

#include <dirent.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <ctime>
#include <memory>
#include <utility>

#include "base/display_text.h"
#include "base/text_file.h"
#include "containers/container_id.h"
#include "containers/proc_text.h"
#include "containers/redaction.h"
#include "containers/text_fields.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxPathBytes = 512;

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

std::uint64_t nanoseconds_of_tick() {
  const long per_second = ::sysconf(_SC_CLK_TCK);
  return 1000000000ULL / static_cast<std::uint64_t>(per_second > 0 ? per_second : 100);
}

/// The wall clock's time of a moment after boot.
std::chrono::system_clock::time_point wall_time_of(std::uint64_t boottime_ns) {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto since_boot = std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
  return std::chrono::system_clock::now() - since_boot + std::chrono::nanoseconds(boottime_ns);
}

}  // namespace

ProcessReader::ProcessReader(std::string proc_root)
    : proc_root_(std::move(proc_root)), tick_ns_(nanoseconds_of_tick()) {}

std::string ProcessReader::link(Pid pid, const char* name) const {
  const std::string path = proc_root_ + "/" + std::to_string(pid.value()) + "/" + name;
  std::array<char, 4096> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : std::string();
}

std::string ProcessReader::file(Pid pid, const char* name, std::size_t limit) const {
  return read_text_file(proc_root_ + "/" + std::to_string(pid.value()) + "/" + name, limit)
      .value_or({});
}

std::optional<ProcessFacts> ProcessReader::read(Pid pid) const {
  const auto stat = parse_proc_stat(file(pid, "stat", 4096));
  if (!stat) {
    return std::nullopt;
  }
  ProcessFacts facts;
  facts.key = {pid, stat->start_ticks * tick_ns_};
  facts.parent = Pid(stat->parent);
  facts.comm = displayable(stat->comm, 64);
  facts.executable = displayable(link(pid, "exe"), kMaxPathBytes);
  facts.command_line = redacted_command_line(file(pid, "cmdline", 16384));
  facts.inner_pid = parse_inner_pid(file(pid, "status", 16384));
  const ProcCgroups cgroups = parse_proc_cgroup(file(pid, "cgroup", 65536));
  facts.cgroup_path = displayable(more_telling_path(cgroups.v2, cgroups.v1), 4096);
  facts.network_namespace = parse_namespace_link(link(pid, "ns/net")).value_or(0);
  facts.started_at = wall_time_of(facts.key.start_boottime_ns);
  facts.lifetime_cpu = std::chrono::nanoseconds((stat->user_ticks + stat->system_ticks) * tick_ns_);
  // The pid may have been handed on while its files were read: then nothing of this is certain.
  const auto again = parse_proc_stat(file(pid, "stat", 4096));
  if (!again || again->start_ticks != stat->start_ticks) {
    return std::nullopt;
  }
  return facts;
}

std::vector<Pid> ProcessReader::pids() const {
  std::vector<Pid> all;
  const std::unique_ptr<DIR, CloseDirectory> handle(::opendir(proc_root_.c_str()));
  while (handle) {
    const dirent* entry = ::readdir(handle.get());  // NOLINT(concurrency-mt-unsafe): ours alone
    if (entry == nullptr) {
      break;
    }
    const auto number = to_number(static_cast<const char*>(entry->d_name));
    if (number && *number <= UINT32_MAX) {
      all.emplace_back(static_cast<std::uint32_t>(*number));
    }
  }
  return all;
}

bool ProcessReader::same_start(std::uint64_t one_ns, std::uint64_t other_ns) const {
  const std::uint64_t apart = one_ns > other_ns ? one_ns - other_ns : other_ns - one_ns;
  return apart < 2 * tick_ns_;
}

}  // namespace culprit
