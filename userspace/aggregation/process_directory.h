// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <unordered_map>

#include "aggregation/cgroup_table.h"
#include "base/ids.h"
#include "samples/task.h"

namespace culprit {

/// Knows which process and address space a pid stood for when it was last seen running: counts name
/// their process by pid only.
class ProcessDirectory {
 public:
  struct Entry {
    ProcessKey process;
    AddressSpaceId address_space;
    CgroupIds cgroups;
  };

  void observe(const Task& task);
  [[nodiscard]] std::optional<Entry> find(Pid pid) const;

 private:
  std::unordered_map<Pid, Entry> latest_;
};

/// An id for the address space of a process that never was seen running: not 0, which would mean
/// that it has none, and the same each time.
AddressSpaceId presumed_address_space(ProcessKey process);

}  // namespace culprit
