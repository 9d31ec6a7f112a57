// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "aggregation/profile.h"

namespace culprit {

enum class CpuShareKind : std::uint8_t {
  Container,
  Service,
  Kernel,        ///< work of the kernel's own: soft and hard interrupts, kernel threads
  Unattributed,  ///< busy, but in no workload's account
  Steal,
  IoWait,
  Idle,
};

/// Cores that one holder had over the window.
struct CpuShare {
  std::string name;
  CpuShareKind kind = CpuShareKind::Unattributed;
  double cores = 0;
};

/// Who had the CPUs: containers, services, kernel activities (most first), then what nobody is
/// billed for, steal, iowait and idle. Adds up to the number of CPUs: what cgroup clocks count
/// above the host's busy time (interrupts billed twice) is taken off all workloads alike.
std::vector<CpuShare> cpu_shares(const Profile& profile);

}  // namespace culprit
