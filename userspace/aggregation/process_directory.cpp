// SPDX-License-Identifier: Apache-2.0
#include "aggregation/process_directory.h"

#include "aggregation/limits.h"

namespace culprit {

void ProcessDirectory::observe(const Task& task) {
  const Entry entry{.process = task.process,
                    .address_space = task.address_space,
                    .cgroups = {.v2 = task.cgroup, .v1 = task.cgroup_v1}};
  const auto known = latest_.find(task.process.pid);
  if (known != latest_.end()) {
    known->second = entry;
  } else if (latest_.size() < kPidLimit) {
    latest_.emplace(task.process.pid, entry);
  }
}

std::optional<ProcessDirectory::Entry> ProcessDirectory::find(Pid pid) const {
  const auto known = latest_.find(pid);
  return known == latest_.end() ? std::nullopt : std::optional(known->second);
}

AddressSpaceId presumed_address_space(ProcessKey process) {
  return AddressSpaceId(std::hash<ProcessKey>{}(process) | 1U);
}

}  // namespace culprit
