// SPDX-License-Identifier: Apache-2.0
#include "aggregation/cpu_cores.h"

#include <algorithm>
#include <array>

#include "aggregation/counting.h"

namespace culprit {
namespace {

/// Readings come once a second; a gap above this means that the cgroup was not there.
constexpr std::chrono::nanoseconds kReadingGap = std::chrono::milliseconds(1'500);

double non_negative(double value) {
  return value > 0 ? value : 0;
}

/// What a fair share of `available` is per core claimed; at most 1.
double scale_of(double claimed, double available) {
  return claimed > available ? non_negative(available) / claimed : 1.0;
}

}  // namespace

std::optional<CpuCores> host_cores(const UsageSpan<HostUsage>& usage, double cpus) {
  const auto grown = [&usage](std::chrono::nanoseconds CpuTimes::*part) {
    return seconds_of(growth(usage.first.cpu.*part, usage.last.cpu.*part));
  };
  CpuCores cores{.user = grown(&CpuTimes::user),
                 .system = grown(&CpuTimes::system),
                 .softirq = grown(&CpuTimes::softirq),
                 .irq = grown(&CpuTimes::irq),
                 .iowait = grown(&CpuTimes::iowait),
                 .steal = grown(&CpuTimes::steal),
                 .guest = grown(&CpuTimes::guest),
                 .idle = grown(&CpuTimes::idle)};
  const double total = cores.busy() + cores.iowait + cores.steal + cores.idle;
  if (total <= 0) {
    return std::nullopt;
  }
  const double scale = cpus / total;
  for (double* part : std::array{&cores.user, &cores.system, &cores.softirq, &cores.irq,
                                 &cores.iowait, &cores.steal, &cores.guest, &cores.idle}) {
    *part *= scale;
  }
  return cores;
}

CpuCores host_cores(SampledCores sampled, double cpus) {
  const double scale =
      scale_of(sampled.user + sampled.system + sampled.softirq + sampled.irq, cpus);
  CpuCores cores;
  cores.user = sampled.user * scale;
  cores.system = sampled.system * scale;
  cores.softirq = sampled.softirq * scale;
  cores.irq = sampled.irq * scale;
  cores.idle = non_negative(cpus - cores.busy());
  return cores;
}

CgroupUsage usage_baseline(const UsageSpan<CgroupUsage>& usage, std::optional<KernelTime> created,
                           double cpus) {
  if (!created || *created >= usage.first.time) {
    return usage.first;
  }
  // A tenth for clocks that tick at different moments.
  const double possible = 1.1 * cpus * seconds_of(usage.first.time - *created);
  if (seconds_of(usage.first.cpu) > possible) {
    return usage.first;
  }
  CgroupUsage zero = usage.first;
  zero.time = *created;
  zero.cpu = zero.throttled = std::chrono::nanoseconds(0);
  zero.periods = zero.throttled_periods = zero.major_faults = zero.io_bytes = 0;
  if (zero.cpu_pressure) {
    zero.cpu_pressure = Pressure{};
  }
  if (zero.memory_pressure) {
    zero.memory_pressure = Pressure{};
  }
  return zero;
}

std::optional<double> measured_cores(const CgroupUsage& from, const CgroupUsage& to,
                                     WindowSpan window, double cpus) {
  if (to.time <= from.time) {
    return std::nullopt;
  }
  auto covered = to.time - from.time;
  for (const auto gap : {from.time - window.start, window.end - to.time}) {
    if (gap > kReadingGap) {
      covered += gap;
    }
  }
  return std::clamp(seconds_of(growth(from.cpu, to.cpu)) / seconds_of(covered), 0.0, cpus);
}

CoreShares share_out(std::span<const CoreClaim> claims, double available) {
  double measured = 0;
  double estimated = 0;
  for (const CoreClaim& claim : claims) {
    (claim.estimated ? estimated : measured) += non_negative(claim.cores);
  }
  const double measured_scale = scale_of(measured, available);
  const double estimated_scale = scale_of(estimated, available - measured * measured_scale);
  CoreShares shares;
  double given = 0;
  for (const CoreClaim& claim : claims) {
    shares.cores.push_back(non_negative(claim.cores) *
                           (claim.estimated ? estimated_scale : measured_scale));
    given += shares.cores.back();
  }
  shares.remainder = non_negative(available - given);
  return shares;
}

}  // namespace culprit
