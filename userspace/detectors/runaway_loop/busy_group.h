// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "detectors/call_paths.h"
#include "detectors/finding.h"
#include "detectors/profile_index.h"
#include "detectors/runaway_loop/syscall_summary.h"

namespace culprit {

/// Threads of one service that never sleep and share a home: the deepest function that 90 % of
/// their samples lie below. Across threads, replicas and successive processes.
struct BusyGroup {
  std::vector<const ThreadProfile*> threads;  ///< dearest first
  std::vector<WorkloadIndex> workloads;       ///< dearest first
  CallTree calls;
  /// Application frames only. Where stacks are cut and nothing is common: what holds the majority,
  /// possibly no frames at all.
  FunctionPath home;
  bool home_is_common = true;
  std::uint64_t samples = 0;
  FindingCost cost;
  /// How long it was followed without a sleep: successive processes add up, successive threads of
  /// one process do not (a pool may work off short jobs one after the other).
  double seconds = 0;
  bool to_the_end = false;
  double syscall_share = 0;  ///< of the samples, inside system calls
  SyscallSummary syscalls;

  [[nodiscard]] double useful_per_s(const Profile& profile) const;
};

/// All groups of never-sleeping application threads, dearest first.
std::vector<BusyGroup> busy_groups(const ProfileIndex& index);

/// The thread whose suspected call a confirmation should watch: the seam to what needs a kernel.
struct LoopSuspicion {
  FindingThread thread;
  std::vector<FrameId> path;  ///< outermost first, the home last
};

/// One suspicion for each group that passes the gate and makes hardly a system call.
std::vector<LoopSuspicion> loop_suspicions(const Profile& profile);

/// No progress visible from outside.
bool is_silent(const Profile& profile, const BusyGroup& group);

}  // namespace culprit
