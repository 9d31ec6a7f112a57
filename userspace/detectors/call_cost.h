// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detectors/finding.h"
#include "detectors/profile_index.h"

namespace culprit {

/// What `samples` of one workload's samples are in cores: its share of what its cgroup's clock
/// says, so that samples lost evenly do not make it cheaper; by the sampling clock without one.
double cores_of_samples(const Profile& profile, WorkloadIndex workload, std::uint64_t samples);

/// The cores of one thread by its samples.
double cores_of(const Profile& profile, const ThreadProfile& thread);

/// CPU that a thread wanted and waited for while it was seen, in cores of the whole window.
double waited_cores_of(const Profile& profile, const ThreadProfile& thread);

/// A behaviour to be priced: which processes do it, where in their code, how often.
struct Behaviour {
  std::vector<Pid> pids;
  const CallTree* event_stacks = nullptr;      ///< of its events
  std::vector<std::string_view> system_calls;  ///< that it is made of
  double most_cores = 0;  ///< what so many events can cost at most; bounds a cost without stacks
  /// What so many events usually cost, where most of it lies beside the calls: in a buffered
  /// writer only the line that fills the buffer calls the kernel.
  double usual_cores = 0;
};

/// What a behaviour costs its own processes.
struct BehaviourCost {
  double cores = 0;
  double waited_cores = 0;    ///< as far as the threads' samples are the behaviour's
  std::vector<FrameId> path;  ///< the deepest application frame common to its event stacks
  std::vector<FindingThread> threads;
  std::uint64_t samples = 0;
  /// "cpu_samples below the event stacks' common frame", or the second choice.
  std::string method;
  bool estimated = false;
};

/// CPU samples of the same threads below the deepest frame common to the event stacks, or, when
/// that says less, those inside the behaviour's own system calls; all samples of those threads,
/// up to `most_cores`, when stacks are too few to tell, and up to `usual_cores` when they are not.
BehaviourCost price(const ProfileIndex& index, const Behaviour& behaviour);

/// Cores of all threads whose process is called one of `names`, whatever the workload.
double cores_of_processes(const ProfileIndex& index, const std::vector<std::string_view>& names);

/// Cores of the kernel activity called `activity`: "kernel:softirq", "kernel:threads".
double kernel_activity_cores(const Profile& profile, std::string_view activity);

}  // namespace culprit
