// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

#include "aggregation/build_context.h"

namespace culprit {

/// How many samples there were, and where.
struct SampleTotals {
  std::vector<std::uint64_t> by_workload;
  /// culprit's own samples inside of other workloads' cgroups.
  std::vector<std::uint64_t> own_inside;
  std::uint64_t user = 0, system = 0, softirq = 0, irq = 0;
  std::map<ProcessKey, std::string_view> runtimes;  ///< as frames say

  [[nodiscard]] std::uint64_t all() const { return user + system + softirq + irq; }
};

/// Announces the stacks of all CPU samples, so that they are named.
void want_sample_stacks(const Observations& seen, StackNames& stacks);

/// Puts the CPU samples into workloads and threads: interrupts belong to the kernel and never to
/// whom they interrupted. Workloads get samples and call trees, the profile its threads.
SampleTotals place_samples(BuildContext& context);

}  // namespace culprit
