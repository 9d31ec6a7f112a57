// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "probes/host/cgroup_counters.h"
#include "probes/host/host_counters.h"
#include "probes/host/listen_queues.h"
#include "probes/observer.h"
#include "samples/sample.h"

namespace culprit {

/// The counters that are read from files once a second, on the observer's thread. What is to be
/// read is told by the main thread, which meets the containers and processes.
class HostSources {
 public:
  // Called by the main thread:
  void watch_cgroups(std::vector<CgroupTarget> targets);
  void watch_listeners_of(std::vector<NetworkProcess> processes);
  /// Before the observer's thread reads, and while the right to do so lasts.
  void enter_networks() { listeners_.enter(processes_); }

  // Called by the observer's thread:
  void read(KernelTime now, Reading reading, SampleSink& sink);

 private:
  HostCounters host_;
  CgroupCounters cgroups_;
  ListenQueues listeners_;
  std::uint32_t rounds_ = 0;

  std::mutex mutex_;  ///< guards what follows
  std::vector<CgroupTarget> targets_;
  bool targets_changed_ = false;
  std::vector<NetworkProcess> processes_;
};

}  // namespace culprit
