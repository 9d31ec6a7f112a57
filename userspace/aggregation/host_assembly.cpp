// SPDX-License-Identifier: Apache-2.0
#include "aggregation/host_assembly.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "aggregation/counting.h"
#include "aggregation/limits.h"
#include "aggregation/workload_usage.h"
#include "base/display_text.h"

namespace culprit {
namespace {

constexpr std::string_view kTimeClock = "cpu-clock";
constexpr std::string_view kSampleRingFull = "sample_ring_full";

std::optional<double> share(const UsageSpan<HostUsage>& usage,
                            std::optional<Pressure> HostUsage::*file,
                            std::chrono::nanoseconds Pressure::*kind) {
  const std::optional<Pressure>& from = usage.first.*file;
  const std::optional<Pressure>& to = usage.last.*file;
  if (!from || !to || usage.length() <= std::chrono::nanoseconds(0)) {
    return std::nullopt;
  }
  const double stalled = seconds_of(growth((*from).*kind, (*to).*kind));
  return std::clamp(stalled / seconds_of(usage.length()), 0.0, 1.0);
}

std::vector<DiskProfile> disks_of(const UsageSpan<HostUsage>& usage) {
  std::vector<DiskProfile> disks;
  const double seconds = seconds_of(usage.length());
  if (seconds <= 0) {
    return disks;
  }
  for (const DiskUsage& now : usage.last.disks) {
    const auto before =
        std::find_if(usage.first.disks.begin(), usage.first.disks.end(),
                     [&now](const DiskUsage& disk) { return disk.name == now.name; });
    if (before == usage.first.disks.end() || disks.size() >= kDiskLimit) {
      continue;  // a disk that came in the middle has no difference
    }
    const auto per_second = [seconds](std::uint64_t from, std::uint64_t to) {
      return static_cast<double>(growth(from, to)) / seconds;
    };
    disks.push_back(
        {.name = displayable(now.name),
         .busy_share = std::clamp(seconds_of(growth(before->busy, now.busy)) / seconds, 0.0, 1.0),
         .written_bytes_per_s = per_second(before->written_bytes, now.written_bytes),
         .read_bytes_per_s = per_second(before->read_bytes, now.read_bytes)});
  }
  return disks;
}

/// What one sample stands for. Ticks of a clock are time; ticks of cycles are not (a CPU changes
/// its frequency), so there all samples together are what the host was busy.
double cores_per_sample(const BuildContext& context, const std::optional<CpuCores>& host,
                        const SampleTotals& totals) {
  const Window& window = context.profile.window;
  if (window.clock != kTimeClock && host && totals.all() > 0) {
    return host->busy() / static_cast<double>(totals.all());
  }
  const double ticks = window.frequency_hz * context.window.seconds();
  return ticks > 0 ? 1.0 / ticks : 0;
}

/// Threads that wait for a CPU, on average. Only threads that were sampled twice show it.
double waiting_cores(const BuildContext& context) {
  double waited = 0;
  for (const SampledThread& thread : context.seen.samples.threads()) {
    waited += static_cast<double>(thread.span.progress().run_queue_ns) / 1e9;
  }
  if (waited > 0 && context.window.seconds() > 0) {
    return waited / context.window.seconds();
  }
  return context.profile.pressure.cpu_some.value_or(0);
}

}  // namespace

void assemble_host(BuildContext& context) {
  Profile& profile = context.profile;
  for (const auto& [key, span] : context.seen.usages.listening()) {
    profile.listen_queues.push_back(span.fullest);
    profile.listening_since.push_back(span.since);
  }
  const auto& usage = context.seen.usages.host();
  if (!usage) {
    profile.memory_total_bytes = profile.host.memory_bytes;
    return;
  }
  profile.pressure = {
      .cpu_some = share(*usage, &HostUsage::cpu_pressure, &Pressure::some),
      .memory_some = share(*usage, &HostUsage::memory_pressure, &Pressure::some),
      .memory_full = share(*usage, &HostUsage::memory_pressure, &Pressure::full),
      .io_some = share(*usage, &HostUsage::io_pressure, &Pressure::some),
      .io_full = share(*usage, &HostUsage::io_pressure, &Pressure::full),
  };
  profile.disks = disks_of(*usage);
  const HostUsage& now = usage->last;
  profile.memory_total_bytes = now.memory_total_bytes;
  profile.memory_available_bytes = now.memory_available_bytes;
  profile.swap_total_bytes = now.swap_total_bytes;
  profile.swap_free_bytes = now.swap_free_bytes;
  const std::uint64_t swapped =
      saturating_sum(growth(usage->first.pages_swapped_in, now.pages_swapped_in),
                     growth(usage->first.pages_swapped_out, now.pages_swapped_out));
  const double seconds = seconds_of(usage->length());
  profile.swapped_pages_per_s = seconds > 0 ? static_cast<double>(swapped) / seconds : 0;
}

void assemble_cores(BuildContext& context, const SampleTotals& totals) {
  const double cpus = std::max(1U, context.profile.host.cpus);
  CoreSources sources;
  if (const auto& usage = context.seen.usages.host(); usage) {
    sources.host = host_cores(*usage, cpus);
  }
  sources.cores_per_sample = cores_per_sample(context, sources.host, totals);
  const auto cores = [&sources](std::uint64_t samples) {
    return static_cast<double>(samples) * sources.cores_per_sample;
  };
  sources.sampled = {.user = cores(totals.user),
                     .system = cores(totals.system),
                     .softirq = cores(totals.softirq),
                     .irq = cores(totals.irq)};
  sources.measured = apply_usage(context.seen, context.window, cpus, context.workloads);
  sources.samples = totals.by_workload;
  sources.own_samples_inside = totals.own_inside;
  for (const auto& [cgroup, lost] : context.seen.losses.by_cgroup()) {
    if (const auto full = lost.find(std::string(kSampleRingFull)); full != lost.end()) {
      std::uint64_t& samples = sources.samples[context.workloads.of(cgroup).value()];
      samples = saturating_sum(samples, full->second);
    }
  }
  context.profile.cores = share_out_cores(sources, cpus, context.workloads);
  context.profile.demand_cores = context.profile.cores.busy() + waiting_cores(context);
}

}  // namespace culprit
