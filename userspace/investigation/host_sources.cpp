// SPDX-License-Identifier: Apache-2.0
#include "investigation/host_sources.h"

#include <utility>

namespace culprit {
namespace {

/// Memory and I/O of a container that ends meanwhile are at most four seconds old.
constexpr std::uint32_t kFullEvery = 5;

}  // namespace

void HostSources::watch_cgroups(std::vector<CgroupTarget> targets) {
  const std::lock_guard lock(mutex_);
  targets_ = std::move(targets);
  targets_changed_ = true;
}

void HostSources::watch_listeners_of(std::vector<NetworkProcess> processes) {
  const std::lock_guard lock(mutex_);
  processes_ = std::move(processes);
}

void HostSources::read(KernelTime now, Reading reading, SampleSink& sink) {
  std::vector<NetworkProcess> processes;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(targets_changed_, false)) {
      cgroups_.watch(std::move(targets_));
    }
    processes = processes_;
  }
  if (auto usage = host_.read(now); usage) {
    sink.accept(std::move(*usage));
  } else {
    sink.accept(LossCount{.until = now, .cause = "host_counters_unread", .cgroup = {}, .count = 1});
  }
  const bool in_full = reading != Reading::Regular || ++rounds_ % kFullEvery == 0;
  for (const CgroupUsage& usage :
       cgroups_.read(now, in_full ? CounterDetail::Everything : CounterDetail::CpuOnly)) {
    sink.accept(usage);
  }
  for (ListenQueue& queue : listeners_.read(processes, now)) {
    sink.accept(queue);
  }
}

}  // namespace culprit
