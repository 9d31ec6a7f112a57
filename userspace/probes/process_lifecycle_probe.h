// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernel/bpf_handles.h"
#include "probes/probe.h"

struct process_lifecycle;

namespace culprit {

class SharedMaps;

/// Births and deaths of processes and cgroups, through the shared ring `events`.
class ProcessLifecycleProbe : public Probe {
 public:
  static Result<std::unique_ptr<ProcessLifecycleProbe>> open(const ProbeSettings& settings,
                                                             SharedMaps& shared_maps);
  ProcessLifecycleProbe(const ProcessLifecycleProbe&) = delete;
  ProcessLifecycleProbe& operator=(const ProcessLifecycleProbe&) = delete;
  ~ProcessLifecycleProbe() override;

  [[nodiscard]] ProbeHook hook() const override;
  Status attach() override;
  void detach() override;
  void read_counters(KernelTime now, SampleSink& sink) override;
  [[nodiscard]] std::vector<int> program_descriptors() const override;
  [[nodiscard]] std::vector<int> map_descriptors() const override;

 private:
  explicit ProcessLifecycleProbe(SkeletonHandle<process_lifecycle> skeleton);

  SkeletonHandle<process_lifecycle> skeleton_;
  std::vector<Link> links_;
};

}  // namespace culprit
