// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "kernel/bpf_handles.h"
#include "probes/probe.h"

struct cpu_sampler;

namespace culprit {

class SharedMaps;

/// Samples every CPU at a fixed frequency. Samples arrive through the ring `samples_ring()`; the
/// counters say how many ticks should have come and what became of them.
class CpuSamplerProbe : public Probe {
 public:
  static Result<std::unique_ptr<CpuSamplerProbe>> open(const ProbeSettings& settings,
                                                       SharedMaps& shared_maps);
  CpuSamplerProbe(const CpuSamplerProbe&) = delete;
  CpuSamplerProbe& operator=(const CpuSamplerProbe&) = delete;
  ~CpuSamplerProbe() override;

  [[nodiscard]] ProbeHook hook() const override;
  Status attach() override;
  void detach() override;
  void read_counters(KernelTime now, SampleSink& sink) override;
  [[nodiscard]] std::vector<int> program_descriptors() const override;
  [[nodiscard]] std::vector<int> map_descriptors() const override;

  [[nodiscard]] int samples_ring() const;

 private:
  CpuSamplerProbe(SkeletonHandle<cpu_sampler> skeleton, const ProbeSettings& settings,
                  std::vector<CpuId> cpus);
  Status attach_to(CpuId cpu, SamplingClock clock);
  [[nodiscard]] std::uint64_t expected_ticks(KernelTime now) const;
  [[nodiscard]] std::uint64_t idle_ticks(std::uint64_t counted) const;

  SkeletonHandle<cpu_sampler> skeleton_;
  ProbeSettings settings_;
  std::vector<CpuId> cpus_;
  std::vector<Link> links_;
  SamplingClock clock_;  ///< the one in use: cpu-clock when there is no hardware counter
  std::vector<KernelTime> attached_at_;  ///< by CPU, in the order of links_
  std::chrono::nanoseconds without_work_at_start_{0};
  SamplerTicks reported_;  ///< totals handed out so far
};

}  // namespace culprit
