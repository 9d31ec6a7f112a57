// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aggregation/profile.h"
#include "base/ids.h"
#include "base/kernel_time.h"
#include "containers/container.h"
#include "containers/process_facts.h"
#include "symbols/resolved_frame.h"

namespace culprit {

/// What a ProfileBuilder asks others when it builds. All are called on the thread that builds.
struct ProfileSources {
  /// The container that a cgroup belongs to. One of the ids is 0 when only the other is known;
  /// both are when nothing is. Never fails: a cgroup that nobody knows is the host's.
  std::function<Container(CgroupId v2, CgroupId v1)> container_of;
  /// Facts of a process, gone or alive; nothing when it was never looked at.
  std::function<std::optional<ProcessFacts>(ProcessKey)> process_of;
  /// The same of the last process known to have had this pid.
  std::function<std::optional<ProcessFacts>(Pid)> process_of_pid;
  /// Names stacks: as many answers as questions, in their order. Called with at most
  /// kStacksPerQuestion at a time.
  std::function<std::vector<ResolvedStack>(std::span<const StackOfProcess>)> resolve;
  /// Optional: build-ids in hexadecimal by module, asked after the last resolve().
  std::function<std::map<std::string, std::string>()> build_ids;
  /// Optional: whether the engine reads this pipe of a container, i.e. whether it is the
  /// container's standard output or error. Without an answer every pipe or terminal that a
  /// container's process writes to as descriptor 1 or 2 is taken for it.
  std::function<std::optional<bool>(const Container&, std::uint64_t pipe_inode)> engine_reads;
  /// Optional: free bytes of the file system that a written file is on.
  std::function<std::optional<std::uint64_t>(const WriteActivity&)> disk_free_of;

  /// culprit itself and its workers: their load is a workload of its own, never a culprit.
  std::vector<Pid> own_pids;
  /// culprit's own cgroup, when nothing else is in it.
  std::optional<CgroupId> own_cgroup;
  /// The window's end; without it the time of the last observation.
  std::optional<KernelTime> until;
};

inline constexpr std::size_t kStacksPerQuestion = 512;

}  // namespace culprit
