// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "detectors/finding.h"
#include "detectors/profile_index.h"

namespace culprit {

/// Births and deaths of one service's processes, over its replicas, and what they cost.
struct ServiceLife {
  std::vector<WorkloadIndex> workloads;  ///< dearest first
  std::uint64_t forks = 0, execs = 0, exits = 0, failed_exits = 0;
  std::uint64_t restarts = 0;  ///< of whole containers, seen inside the window
  std::map<std::string, std::uint64_t> exec_names;
  FindingCost cost;
  FindingCost brief_cost;  ///< of the processes that began inside the window
  std::uint64_t samples = 0;
  double kernel_share = 0;      ///< of the samples, in the kernel
  double starting_share = 0;    ///< of the samples, in making, loading and ending processes
  double hottest_thread = 0;    ///< share of the samples
  double build_tool_share = 0;  ///< of the execs

  /// "date 480/s, sh 480/s": the most frequent programs.
  [[nodiscard]] std::string top_programs(const Profile& profile) const;
};

std::vector<ServiceLife> service_lives(const Profile& profile);

}  // namespace culprit
