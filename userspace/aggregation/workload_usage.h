// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "aggregation/cpu_cores.h"
#include "aggregation/observations.h"
#include "aggregation/workload_table.h"

namespace culprit {

/// Fills what the cgroups' own counters say: limits, memory, pressure, I/O, throttling. Returns the
/// cores that each workload's clocks measured, those of workloads inside of it left out, by
/// WorkloadIndex; nothing where there is no clock.
std::vector<std::optional<double>> apply_usage(const Observations& seen, WindowSpan window,
                                               double cpus, WorkloadTable& workloads);

/// Takes from each measured workload what the measured workloads below its cgroup used: a cgroup's
/// clock counts its children's time too.
void subtract_inner_workloads(const std::vector<WorkloadProfile>& workloads,
                              std::vector<std::optional<double>>& measured);

/// Everything that decides how the CPU line is shared out.
struct CoreSources {
  std::optional<CpuCores> host;                 ///< from /proc/stat
  std::vector<std::optional<double>> measured;  ///< by WorkloadIndex
  /// Samples by WorkloadIndex, those known to be lost included.
  std::vector<std::uint64_t> samples;
  /// culprit's own samples inside of other workloads' cgroups, by WorkloadIndex.
  std::vector<std::uint64_t> own_samples_inside;
  SampledCores sampled;  ///< as cores
  double cores_per_sample = 0;
};

/// Gives every workload its cores and returns the host's. Afterwards the workloads' cores (kernel
/// activities and "host (other)" among them) + iowait + steal + idle = `cpus`:
/// 1. kernel:softirq and kernel:irq get what the host spent in them.
/// 2. What the host spent in user, system and guest mode is shared out by share_out(): measured
///    workloads claim their clock's cores, the others (and the host's own samples) their samples'.
/// 3. "host (other)" gets what nobody claimed besides.
CpuCores share_out_cores(const CoreSources& sources, double cpus, WorkloadTable& workloads);

}  // namespace culprit
