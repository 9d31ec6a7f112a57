// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>

#include "detectors/call_cost.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/profile_index.h"
#include "detectors/resources/resources.h"
#include "detectors/runaway_loop/thread_life.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kReclaimStrength = 0.8;
constexpr double kCollectorStrength = 0.75;
// "Nearly full": the kernel reclaims before the limit is reached.
constexpr double kNearlyFull = 0.9;

// Kernel functions under which memory is being looked for or fetched back.
constexpr std::array<std::string_view, 10> kReclaimFunctions{
    "try_to_free_pages", "try_to_free_mem_cgroup_pages",
    "shrink_node",       "shrink_lruvec",
    "do_swap_page",      "swapin_readahead",
    "filemap_fault",     "shrink_slab",
    "mem_cgroup_oom",    "try_charge_memcg"};

bool is_reclaim(const ResolvedFrame& frame) {
  return frame.kind == FrameKind::Kernel &&
         std::ranges::find(kReclaimFunctions, frame.function) != kReclaimFunctions.end();
}

std::uint64_t reclaim_samples(const Profile& profile, const CallTree& calls) {
  std::uint64_t samples = 0;
  calls.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    const auto reclaims = [&](FrameId id) { return is_reclaim(profile.frames.at(id)); };
    samples += std::ranges::any_of(path, reclaims) ? weight : 0;
  });
  return samples;
}

bool is_nearly_full(const WorkloadProfile& workload) {
  return workload.memory_limit_bytes && *workload.memory_limit_bytes > 0 &&
         static_cast<double>(workload.memory_bytes) >=
             kNearlyFull * static_cast<double>(*workload.memory_limit_bytes);
}

Advice more_memory() {
  // Never a cap: what is used and a quarter more is the least a limit may be.
  return {.text = "give it more memory (at least a quarter more than it uses), or use less",
          .command = "",
          .effect = "",
          .undo = "",
          .risk = ""};
}

std::vector<Evidence> reclaim_evidence(double pressure, double faults, const std::string& proof) {
  return {{.key = "memory_pressure_full",
           .value = pressure,
           .unit = "share",
           .comparison = ">=",
           .threshold = kMemoryPressureFull,
           .source = "cgroup",
           .text = proof},
          {.key = "major_faults",
           .value = faults,
           .unit = "per_s",
           .comparison = ">=",
           .threshold = kMajorFaultsPerSecond,
           .source = "cgroup",
           .text = fmt::format("{:.0f} major faults/s", faults)}};
}

std::optional<Finding> reclaim_of(const Profile& profile, WorkloadIndex index) {
  const WorkloadProfile& workload = profile.workload(index);
  const double pressure = workload.memory_pressure_full.value_or(0);
  const double faults = per_second(profile, static_cast<double>(workload.major_faults));
  if (!can_be_culprit(profile, index) || pressure < kMemoryPressureFull ||
      (faults < kMajorFaultsPerSecond && !is_nearly_full(workload))) {
    return std::nullopt;
  }
  Finding finding;
  finding.kind = FindingKind::MemoryThrash;
  finding.workloads = {index};
  finding.cost.own_cores =
      cores_of_samples(profile, index, reclaim_samples(profile, workload.calls));
  const double swapping = kernel_activity_cores(profile, "kernel:threads");
  if (swapping > 0 && !workload.memory_limit_bytes) {
    finding.cost.induced.push_back(
        {.who = "kernel:threads", .cores = swapping, .why = "looks for free memory"});
  }
  finding.headline = fmt::format("{} has not enough memory", workload_name(profile, index));
  finding.proof = fmt::format("stalled {:.0f} % of the time; {:.0f} page faults/s from disk",
                              100 * pressure, faults);
  finding.evidence = reclaim_evidence(pressure, faults, finding.proof);
  Confidence confidence(kReclaimStrength, finding.proof);
  lower_by_sample_loss(confidence, profile, finding.workloads);
  confidence.give_to(finding);
  finding.advice.push_back(more_memory());
  return finding;
}

/// A process's collector threads against all of its threads.
struct CollectorShare {
  WorkloadIndex workload;
  std::uint64_t collector = 0, all = 0;
  std::vector<FindingThread> threads;
};

std::vector<CollectorShare> collector_shares(const Profile& profile) {
  std::map<ProcessKey, CollectorShare> shares;
  for (const ThreadProfile& thread : profile.threads) {
    CollectorShare& share = shares[thread.process];
    share.workload = thread.workload;
    share.all += thread.samples;
    if (role_of(thread) == ThreadRole::GarbageCollector) {
      share.collector += thread.samples;
      share.threads.push_back({.process = thread.process, .tid = thread.tid});
    }
  }
  std::vector<CollectorShare> result;
  result.reserve(shares.size());
  for (auto& [process, share] : shares) {
    result.push_back(std::move(share));
  }
  return result;
}

std::optional<Finding> collector_of(const Profile& profile, const CollectorShare& share) {
  const double part =
      share.all == 0 ? 0 : static_cast<double>(share.collector) / static_cast<double>(share.all);
  if (part < kGarbageCollectorShare || !can_be_culprit(profile, share.workload)) {
    return std::nullopt;
  }
  Finding finding;
  finding.kind = FindingKind::MemoryThrash;
  finding.workloads = {share.workload};
  finding.threads = share.threads;
  finding.cost.own_cores = cores_of_samples(profile, share.workload, share.collector);
  finding.headline =
      fmt::format("{} collects garbage all the time", workload_name(profile, share.workload));
  finding.proof =
      fmt::format("{} of {} samples in its collector's threads", share.collector, share.all);
  finding.evidence = {{.key = "garbage_collector_share",
                       .value = part,
                       .unit = "share",
                       .comparison = ">=",
                       .threshold = kGarbageCollectorShare,
                       .source = "cpu_samples",
                       .estimated = true,
                       .error = wilson_half_width(static_cast<double>(share.collector),
                                                  static_cast<double>(share.all)),
                       .text = finding.proof}};
  Confidence confidence(kCollectorStrength, finding.proof);
  lower_by_samples(confidence, share.all, share.all);
  lower_by_sample_loss(confidence, profile, finding.workloads);
  confidence.give_to(finding);
  finding.advice.push_back(more_memory());
  return finding;
}

}  // namespace

std::vector<Finding> MemoryThrashDetector::detect(const Profile& profile) const {
  std::vector<Finding> findings;
  const auto keep = [&](std::optional<Finding> finding, FindingRole otherwise) {
    if (finding) {
      assign_role(profile, *finding, otherwise);
      findings.push_back(std::move(*finding));
    }
  };
  for (std::size_t i = 0; i < profile.workloads.size(); ++i) {
    const WorkloadIndex index(static_cast<WorkloadIndex::NumberType>(i));
    keep(reclaim_of(profile, index), FindingRole::Contributing);
  }
  for (const CollectorShare& share : collector_shares(profile)) {
    std::optional<Finding> finding = collector_of(profile, share);
    // A collector that is most of a small process is no trouble.
    if (finding && pass_gate(profile, finding->workloads, finding->cost).passed) {
      keep(std::move(finding), FindingRole::Contributing);
    }
  }
  return findings;
}

}  // namespace culprit
