// SPDX-License-Identifier: Apache-2.0
#include "detectors/profile_index.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display_text.h"

namespace culprit {
namespace {

// A report's line has 80 columns; names are strangers' and may have any length.
constexpr std::size_t kLongestName = 36;
constexpr std::size_t kLongestFunction = 48;

template <typename Map>
const typename Map::mapped_type& list_in(const Map& map, Pid pid) {
  static const typename Map::mapped_type kNone;
  const auto found = map.find(pid);
  return found == map.end() ? kNone : found->second;
}

}  // namespace

ProfileIndex::ProfileIndex(const Profile& profile) : profile_(profile) {
  for (const ProcessProfile& process : profile.processes) {
    processes_[process.key.pid] = &process;
  }
  for (const ThreadProfile& thread : profile.threads) {
    threads_[thread.process.pid].push_back(&thread);
  }
  for (const SyscallActivity& activity : profile.syscalls) {
    syscalls_[activity.pid].push_back(&activity);
  }
}

const ProcessProfile* ProfileIndex::process(Pid pid) const {
  const auto found = processes_.find(pid);
  return found == processes_.end() ? nullptr : found->second;
}

const std::vector<const ThreadProfile*>& ProfileIndex::threads_of(Pid pid) const {
  return list_in(threads_, pid);
}

const std::vector<const SyscallActivity*>& ProfileIndex::syscalls_of(Pid pid) const {
  return list_in(syscalls_, pid);
}

double per_second(const Profile& profile, double count) {
  const double seconds = profile.seconds();
  return seconds > 0 ? count / seconds : 0;
}

std::string workload_name(const Profile& profile, WorkloadIndex index) {
  const WorkloadProfile& workload = profile.workload(index);
  const std::string& name =
      workload.kernel_activity.empty() ? workload.container.name : workload.kernel_activity;
  return displayable(name, kLongestName);
}

std::string group_name(const Profile& profile, const std::vector<WorkloadIndex>& workloads) {
  if (workloads.empty()) {
    return profile.host.name.empty() ? "the host" : displayable(profile.host.name, kLongestName);
  }
  const std::string first = workload_name(profile, workloads.front());
  return workloads.size() == 1 ? first
                               : fmt::format("{} (and {} more)", first, workloads.size() - 1);
}

const std::string& service_of(const Profile& profile, WorkloadIndex index) {
  const Container& container = profile.workload(index).container;
  return container.service.empty() ? container.name : container.service;
}

bool can_be_culprit(const Profile& profile, WorkloadIndex index) {
  const WorkloadProfile& workload = profile.workload(index);
  return !workload.is_culprit_itself && workload.kernel_activity.empty();
}

void add_workload(std::vector<WorkloadIndex>& workloads, WorkloadIndex index) {
  if (std::ranges::find(workloads, index) == workloads.end()) {
    workloads.push_back(index);
  }
}

void sort_by_cores(const Profile& profile, std::vector<WorkloadIndex>& workloads) {
  std::ranges::stable_sort(workloads, [&](WorkloadIndex left, WorkloadIndex right) {
    return profile.workload(left).cpu_cores > profile.workload(right).cpu_cores;
  });
}

std::string function_text(const FrameTable& frames, const std::vector<FrameId>& path) {
  return path.empty() ? "unnamed code"
                      : displayable(frames.at(path.back()).function, kLongestFunction);
}

std::string rate_text(double per_second) {
  return per_second >= 10 ? fmt::format("{:.0f}", per_second) : fmt::format("{:.1f}", per_second);
}

}  // namespace culprit
