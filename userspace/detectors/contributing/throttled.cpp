// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "detectors/contributing/contributing.h"
#include "detectors/profile_index.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

constexpr double kStrength = 0.9;  // the scheduler's own count

}  // namespace

std::vector<Finding> throttled(const Profile& profile) {
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < profile.workloads.size(); ++i) {
    const WorkloadIndex index(static_cast<WorkloadIndex::NumberType>(i));
    const WorkloadProfile& workload = profile.workload(index);
    if (!can_be_culprit(profile, index) || !workload.cpu_limit_cores ||
        workload.throttled_share < thresholds::kThrottledShare) {
      continue;
    }
    Finding finding;
    finding.role = FindingRole::Contributing;
    finding.kind = FindingKind::Throttled;
    finding.workloads = {index};
    finding.headline = fmt::format("{} is held back by its CPU limit of {:.2g}",
                                   workload_name(profile, index), *workload.cpu_limit_cores);
    finding.proof =
        fmt::format("throttled in {:.0f} % of its periods", 100 * workload.throttled_share);
    finding.explains = "it answers late, though the host may be idle";
    finding.confidence = kStrength;
    finding.confidence_reasons = {"counted by the scheduler"};
    finding.evidence = {{.key = "throttled_share",
                         .value = workload.throttled_share,
                         .unit = "share",
                         .comparison = ">=",
                         .threshold = thresholds::kThrottledShare,
                         .source = "cgroup",
                         .text = finding.proof}};
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace culprit
