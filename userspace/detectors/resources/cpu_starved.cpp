// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/profile_index.h"
#include "detectors/resources/resources.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kStealStrength = 0.85;
constexpr double kTooSmallStrength = 0.55;
constexpr const char* kDemandKey = "demand_cores";

Evidence idle_evidence(const Profile& profile) {
  const auto cpus = static_cast<double>(profile.host.cpus);
  return {.key = "idle_share",
          .value = cpus > 0 ? profile.cores.idle / cpus : 0,
          .unit = "share",
          .comparison = "<=",
          .threshold = kIdleShareOfPegged,
          .source = "proc_stat",
          .text = fmt::format("{:.2f} of {} CPUs idle", profile.cores.idle, profile.host.cpus)};
}

bool is_pegged(const Profile& profile) {
  const auto cpus = static_cast<double>(profile.host.cpus);
  return cpus > 0 && profile.cores.idle + profile.cores.iowait <= kIdleShareOfPegged * cpus;
}

Finding stolen(const Profile& profile) {
  const auto cpus = static_cast<double>(profile.host.cpus);
  Finding finding;
  finding.kind = FindingKind::CpuStarved;
  finding.cost.own_cores = profile.cores.steal;
  finding.headline = fmt::format("the hypervisor takes {:.0f} % of the CPU away",
                                 100 * profile.cores.steal / cpus);
  finding.proof = fmt::format("steal {:.2f} of {} CPUs", profile.cores.steal, profile.host.cpus);
  finding.evidence = {{.key = "steal_share",
                       .value = profile.cores.steal / cpus,
                       .unit = "share",
                       .comparison = ">=",
                       .threshold = kStealShare,
                       .source = "proc_stat",
                       .text = finding.proof},
                      idle_evidence(profile)};
  Confidence(kStealStrength, finding.proof).give_to(finding);
  finding.advice.push_back({.text = "ask for a host with CPUs of its own, or check CPU credits",
                            .command = "",
                            .effect = "",
                            .undo = "",
                            .risk = ""});
  return finding;
}

double largest_service_cores(const Profile& profile) {
  std::map<std::string, double> services;
  double largest = 0;
  for (std::size_t i = 0; i < profile.workloads.size(); ++i) {
    const WorkloadIndex index(static_cast<WorkloadIndex::NumberType>(i));
    double& cores = services[service_of(profile, index)];
    cores += profile.workload(index).cpu_cores;
    largest = std::max(largest, cores);
  }
  return largest;
}

bool is_too_small(const Profile& profile) {
  return is_pegged(profile) &&
         profile.demand_cores >= kDemandPerCpu * static_cast<double>(profile.host.cpus) &&
         largest_service_cores(profile) < kOneGroupShare * profile.cores.busy();
}

Finding too_small(const Profile& profile) {
  const auto cpus = static_cast<double>(profile.host.cpus);
  Finding finding;
  finding.kind = FindingKind::CpuStarved;
  finding.cost.own_cores = std::max(0.0, profile.demand_cores - cpus);
  finding.headline = "the host is too small for all that runs on it";
  finding.proof = fmt::format("{:.1f} CPUs wanted, {} there; no service above {:.0f} %",
                              profile.demand_cores, profile.host.cpus, 100 * kOneGroupShare);
  finding.evidence = {{.key = kDemandKey,
                       .value = profile.demand_cores,
                       .unit = "cores",
                       .comparison = ">=",
                       .threshold = kDemandPerCpu * cpus,
                       .source = "schedstat",
                       .text = finding.proof},
                      idle_evidence(profile)};
  Confidence confidence(kTooSmallStrength, finding.proof);
  lower_by_sample_loss(confidence, profile, {});
  confidence.give_to(finding);
  return finding;
}

}  // namespace

bool is_too_small_host(const Finding& finding) {
  return finding.kind == FindingKind::CpuStarved && !finding.evidence.empty() &&
         finding.evidence.front().key == kDemandKey;
}

std::vector<Finding> CpuStarvedDetector::detect(const Profile& profile) const {
  std::vector<Finding> findings;
  const auto cpus = static_cast<double>(profile.host.cpus);
  // With a CPU idle, whoever waits does not wait for the hypervisor alone.
  if (is_pegged(profile) && profile.cores.steal >= kStealShare * cpus) {
    findings.push_back(stolen(profile));
  }
  if (is_too_small(profile)) {
    findings.push_back(too_small(profile));
  }
  for (Finding& finding : findings) {
    assign_role(profile, finding, FindingRole::Context);
  }
  return findings;
}

}  // namespace culprit
