// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "detectors/confidence.h"
#include "detectors/contributing/contributing.h"
#include "detectors/gate.h"
#include "detectors/process_storm/service_life.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

constexpr double kStrength = 0.8;

}  // namespace

std::vector<Finding> build_on_host(const Profile& profile) {
  std::vector<Finding> findings;
  for (const ServiceLife& life : service_lives(profile)) {
    if (life.build_tool_share < thresholds::kBuildToolShare) {
      continue;
    }
    Finding finding;
    finding.role = FindingRole::Contributing;
    finding.kind = FindingKind::BuildOnHost;
    finding.workloads = life.workloads;
    finding.cost = life.cost;
    if (!pass_gate(profile, finding.workloads, finding.cost).passed) {
      continue;
    }
    finding.headline = fmt::format("{} compiles on this host", group_name(profile, life.workloads));
    finding.proof = life.top_programs(profile);
    finding.evidence = {{.key = "build_tool_share",
                         .value = life.build_tool_share,
                         .unit = "share",
                         .comparison = ">=",
                         .threshold = thresholds::kBuildToolShare,
                         .source = "process_events",
                         .text = finding.proof}};
    Confidence confidence(kStrength, finding.proof);
    lower_by_sample_loss(confidence, profile, life.workloads);
    confidence.give_to(finding);
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace culprit
