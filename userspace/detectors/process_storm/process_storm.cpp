// SPDX-License-Identifier: Apache-2.0
#include "detectors/process_storm/process_storm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "detectors/advice.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/process_storm/service_life.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kStrength = 0.7;
constexpr double kRateStrength = 0.6;    // at a hundred times the threshold
constexpr double kKernelStrength = 0.3;  // starting and ending processes is the kernel's work
constexpr double kMostlyKernel = 0.4;
constexpr std::array<std::string_view, 1> kLifeLosses{"event_ring_full"};

double seconds_per_child(const ServiceLife& life, double forks_per_s) {
  return forks_per_s > 0 ? life.cost.own_cores / forks_per_s : 0;
}

bool is_storm(const ServiceLife& life, double forks_per_s) {
  return forks_per_s >= kForksPerSecond && life.hottest_thread < kHotThreadShare &&
         life.build_tool_share < kBuildToolShare && life.starting_share >= kStartingShare &&
         seconds_per_child(life, forks_per_s) <= kMostSecondsPerChild;
}

std::vector<Evidence> evidence_of(const ServiceLife& life, double forks_per_s) {
  return {{.key = "forks",
           .value = forks_per_s,
           .unit = "per_s",
           .comparison = ">=",
           .threshold = kForksPerSecond,
           .source = "process_events",
           .text = fmt::format("{:.0f} processes started per second", forks_per_s)},
          {.key = "cpu_per_child",
           .value = seconds_per_child(life, forks_per_s),
           .unit = "s",
           .comparison = "<=",
           .threshold = kMostSecondsPerChild,
           .source = "cgroup",
           .text = fmt::format("{:.1f} ms of CPU for each",
                               1000 * seconds_per_child(life, forks_per_s))},
          {.key = "starting_share",
           .value = life.starting_share,
           .unit = "share",
           .comparison = ">=",
           .threshold = kStartingShare,
           .source = "cpu_samples",
           .text = fmt::format("{:.0f} % of its CPU makes, loads and ends processes",
                               100 * life.starting_share)},
          {.key = "hottest_thread_share",
           .value = life.hottest_thread,
           .unit = "share",
           .comparison = "<=",
           .threshold = kHotThreadShare,
           .source = "cpu_samples",
           .text = "no thread is hot by itself"}};
}

Confidence judge(const Profile& profile, const ServiceLife& life, double forks_per_s) {
  Confidence confidence(kStrength, fmt::format("{:.0f} processes started per second", forks_per_s));
  confidence.support(
      kRateStrength * std::min(1.0, std::log10(forks_per_s / kForksPerSecond) / 2),
      fmt::format("{:.1f} ms of CPU for each", 1000 * seconds_per_child(life, forks_per_s)));
  if (life.kernel_share >= kMostlyKernel) {
    confidence.support(kKernelStrength, fmt::format("{:.0f} % of its CPU is the kernel's work",
                                                    100 * life.kernel_share));
  }
  lower_by_samples(confidence, life.samples, life.samples);
  lower_by_sample_loss(confidence, profile, life.workloads);
  lower_by_event_loss(confidence, profile, life.workloads, life.forks, kLifeLosses);
  return confidence;
}

Finding describe(const Profile& profile, const ServiceLife& life, double forks_per_s) {
  Finding finding;
  finding.kind = FindingKind::ProcessStorm;
  finding.workloads = life.workloads;
  finding.cost = life.cost;
  for (const ThreadProfile& thread : profile.threads) {
    if (std::ranges::find(life.workloads, thread.workload) != life.workloads.end()) {
      finding.threads.push_back({.process = thread.process, .tid = thread.tid});
    }
  }
  finding.headline =
      fmt::format("{} starts {:.0f} processes/s", group_name(profile, life.workloads), forks_per_s);
  const std::string programs = life.top_programs(profile);
  finding.proof =
      fmt::format("{} forks, {} execs, no thread above {:.0f} % of its CPU{}{}", life.forks,
                  life.execs, 100 * life.hottest_thread, programs.empty() ? "" : "; ", programs);
  finding.evidence = evidence_of(life, forks_per_s);
  judge(profile, life, forks_per_s).give_to(finding);
  finding.advice = cap_cpu(profile, life.workloads);
  finding.advice.push_back({.text = "do the work in one process, or wait between the starts",
                            .command = "",
                            .effect = "",
                            .undo = "",
                            .risk = ""});
  return finding;
}

}  // namespace

std::vector<Finding> ProcessStormDetector::detect(const Profile& profile) const {
  std::vector<Finding> findings;
  for (const ServiceLife& life : service_lives(profile)) {
    const double forks_per_s = per_second(profile, static_cast<double>(life.forks));
    if (!is_storm(life, forks_per_s)) {
      continue;
    }
    Finding finding = describe(profile, life, forks_per_s);
    assign_role(profile, finding, FindingRole::Context);
    if (finding.role == FindingRole::Culprit) {
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace culprit
