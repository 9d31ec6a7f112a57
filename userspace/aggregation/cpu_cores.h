// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "aggregation/profile.h"
#include "aggregation/usage_history.h"
#include "base/kernel_time.h"

namespace culprit {

/// The window as far as clocks are concerned.
struct WindowSpan {
  KernelTime start, end;

  [[nodiscard]] double seconds() const { return seconds_of(end - start); }
};

/// The host's CPU times between two readings, scaled so that they add up to `cpus`; nothing when
/// no time passed between them.
std::optional<CpuCores> host_cores(const UsageSpan<HostUsage>& usage, double cpus);

/// Cores by context when only samples say so.
struct SampledCores {
  double user = 0, system = 0, softirq = 0, irq = 0;
};

/// The same from samples alone: what no sample says was idle.
CpuCores host_cores(SampledCores sampled, double cpus);

/// The reading that a cgroup's last one is compared with: its first, or all zeros at its creation
/// when that lies in the window (and is not that of another hierarchy's namesake).
CgroupUsage usage_baseline(const UsageSpan<CgroupUsage>& usage, std::optional<KernelTime> created,
                           double cpus);

/// Cores that a cgroup's clock shows over the window; nothing with a single reading. A cgroup that
/// came or went in the middle is spread over the whole window.
std::optional<double> measured_cores(const CgroupUsage& from, const CgroupUsage& to,
                                     WindowSpan window, double cpus);

/// What one workload claims to have used.
struct CoreClaim {
  double cores = 0;
  bool estimated = true;  ///< from samples; else from a clock
};

struct CoreShares {
  std::vector<double> cores;  ///< one per claim
  double remainder = 0;       ///< what nobody claims
};

/// Shares `available` cores out so that all shares and the remainder add up to it. Clocks are
/// believed before samples: when claims exceed what there is, the estimated ones are scaled down
/// first, to nothing if need be, then the measured ones. No share is negative or above its claim.
CoreShares share_out(std::span<const CoreClaim> claims, double available);

}  // namespace culprit
