// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"

namespace culprit {

/// The thread that a sample or event belongs to.
struct Task {
  ProcessKey process;
  Tid tid;
  std::uint64_t thread_start_boottime_ns = 0;
  AddressSpaceId address_space;  ///< 0 for kernel threads
  CgroupId cgroup;               ///< v2
  CgroupId cgroup_v1;            ///< equals cgroup on pure v2
  std::string comm;              ///< raw bytes of a stranger; not yet displayable
};

}  // namespace culprit
