// SPDX-License-Identifier: Apache-2.0
#include "detectors/ruled_out.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "detectors/call_cost.h"
#include "detectors/runaway_loop/thread_life.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

// Well below where each would be a finding: what is merely not proven is not ruled out.
constexpr double kQuietPressure = 0.05;
constexpr double kQuietSwapPagesPerSecond = 10;
constexpr double kQuietDisk = 0.5;
constexpr double kQuietCollector = 0.1;
constexpr double kQuietKernelShare = 0.1;  // of all CPUs
constexpr double kQuietSteal = 0.05;       // of all CPUs

struct Measure {
  FindingKind kind = FindingKind::HotPath;
  const char* what = "";
  std::string why;
  const char* key = "";
  double value = 0;
  const char* unit = "";
  double quiet = 0;
  const char* source = "";
};

std::optional<Measure> memory_pressure(const Profile& profile) {
  if (!profile.pressure.memory_full) {
    return std::nullopt;
  }
  const double full = *profile.pressure.memory_full;
  return Measure{.kind = FindingKind::MemoryThrash,
                 .what = "memory pressure",
                 .why = fmt::format("PSI full {:.1f} %", 100 * full),
                 .key = "memory_pressure_full",
                 .value = full,
                 .unit = "share",
                 .quiet = kQuietPressure,
                 .source = "psi"};
}

std::optional<Measure> swap(const Profile& profile) {
  return Measure{.kind = FindingKind::MemoryThrash,
                 .what = "swap",
                 .why = fmt::format("{:.0f} pages/s", profile.swapped_pages_per_s),
                 .key = "swapped_pages",
                 .value = profile.swapped_pages_per_s,
                 .unit = "per_s",
                 .quiet = kQuietSwapPagesPerSecond,
                 .source = "vmstat"};
}

std::optional<Measure> disk(const Profile& profile) {
  const auto busiest = std::ranges::max_element(profile.disks, {}, &DiskProfile::busy_share);
  if (busiest == profile.disks.end()) {
    return std::nullopt;
  }
  return Measure{.kind = FindingKind::KernelWork,
                 .what = "disk",
                 .why = fmt::format("util {:.0f} %", 100 * busiest->busy_share),
                 .key = "disk_busy_share",
                 .value = busiest->busy_share,
                 .unit = "share",
                 .quiet = kQuietDisk,
                 .source = "diskstats"};
}

// Known only where a runtime names its collector's threads.
std::optional<Measure> garbage_collection(const Profile& profile) {
  bool known = false;
  std::uint64_t collector = 0;
  std::uint64_t all = 0;
  for (const ThreadProfile& thread : profile.threads) {
    const bool collects = role_of(thread) == ThreadRole::GarbageCollector;
    known = known || collects;
    all += thread.samples;
    collector += collects ? thread.samples : 0;
  }
  if (!known || all == 0) {
    return std::nullopt;
  }
  const double share = static_cast<double>(collector) / static_cast<double>(all);
  return Measure{.kind = FindingKind::MemoryThrash,
                 .what = "GC",
                 .why = fmt::format("{:.0f} %", 100 * share),
                 .key = "garbage_collector_share",
                 .value = share,
                 .unit = "share",
                 .quiet = kQuietCollector,
                 .source = "cpu_samples"};
}

std::optional<Measure> kernel_work(const Profile& profile) {
  const auto cpus = static_cast<double>(profile.host.cpus);
  if (cpus <= 0 || profile.window.filtered) {
    return std::nullopt;
  }
  const double cores = std::max(profile.cores.softirq + profile.cores.irq,
                                kernel_activity_cores(profile, "kernel:softirq")) +
                       kernel_activity_cores(profile, "kernel:threads");
  return Measure{.kind = FindingKind::KernelWork,
                 .what = "kernel work",
                 .why = fmt::format("{:.2f} core", cores),
                 .key = "kernel_share",
                 .value = cores / cpus,
                 .unit = "share",
                 .quiet = kQuietKernelShare,
                 .source = "cpu_samples"};
}

std::optional<Measure> steal(const Profile& profile) {
  const auto cpus = static_cast<double>(profile.host.cpus);
  if (cpus <= 0) {
    return std::nullopt;
  }
  return Measure{.kind = FindingKind::CpuStarved,
                 .what = "steal",
                 .why = fmt::format("{:.2f} core", profile.cores.steal),
                 .key = "steal_share",
                 .value = profile.cores.steal / cpus,
                 .unit = "share",
                 .quiet = kQuietSteal,
                 .source = "proc_stat"};
}

bool is_spoken_of(const std::vector<Finding>& findings, FindingKind kind) {
  return std::ranges::find(findings, kind, &Finding::kind) != findings.end();
}

}  // namespace

std::vector<RuledOut> rule_out(const Profile& profile, const std::vector<Finding>& findings) {
  std::vector<RuledOut> ruled_out;
  for (auto* look : {memory_pressure, swap, disk, garbage_collection, kernel_work, steal}) {
    const std::optional<Measure> measure = look(profile);
    if (!measure || measure->value > measure->quiet || is_spoken_of(findings, measure->kind)) {
      continue;
    }
    RuledOut row{.kind = measure->kind, .what = measure->what, .why = measure->why, .evidence = {}};
    row.evidence.push_back({.key = measure->key,
                            .value = measure->value,
                            .unit = measure->unit,
                            .comparison = "<=",
                            .threshold = measure->quiet,
                            .source = measure->source,
                            .text = measure->why});
    ruled_out.push_back(std::move(row));
  }
  return ruled_out;
}

}  // namespace culprit
