// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "samples/sample.h"

namespace culprit {

class ContainerCatalog;
class ProcessCatalog;
class ProcessMaps;
class Runtimes;
class Unwinding;

/// Takes every sample as it arrives: looks at what is met for the first time while it still lives
/// (processes, their files, cgroups), then hands the sample on. Main thread only.
class Intake : public SampleSink {
 public:
  /// `unwinding` and `runtimes` are null where stacks are whole as they come, or not to be had.
  Intake(ContainerCatalog& containers, ProcessCatalog& processes, ProcessMaps& maps,
         Unwinding* unwinding, Runtimes* runtimes, SampleSink& next);

  void accept(Sample sample) override;
  /// After a round of samples.
  void settle();
  /// No more will come: waits at most this long for stacks that are still being unwound.
  void finish(std::chrono::milliseconds patience);

  /// The containers and services that hold at least this share of the samples so far; the busiest
  /// one whatever its share is; none when nothing ran.
  [[nodiscard]] std::vector<CgroupId> busiest(double share) const;

 private:
  void look_at(const CpuSample& sample);
  void look_at(const ProcessEvent& event);
  void look_at(const CgroupEvent& event);
  void look_at(const ExecutableMapping& mapping);
  void look_at(const RawStack& stack);
  void look_at_event(Pid pid, StackHash stack);
  void look_at(StackCopy& copy);
  void pass_on(std::vector<RawStack> stacks);

  /// Whether there is time for a process that was not sampled yet.
  bool may_look_at_execution(KernelTime time);

  ContainerCatalog& containers_;
  ProcessCatalog& processes_;
  ProcessMaps& maps_;
  Unwinding* unwinding_;
  Runtimes* runtimes_;
  SampleSink& next_;
  std::map<CgroupId, std::uint64_t> samples_of_;  ///< by Container::cgroup
  std::uint64_t samples_ = 0;
  std::chrono::seconds execution_second_{0};
  std::uint32_t executions_ = 0;
};

}  // namespace culprit
