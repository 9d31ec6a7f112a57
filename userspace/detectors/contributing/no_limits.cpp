// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "detectors/contributing/contributing.h"
#include "detectors/profile_index.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

constexpr double kStrength = 0.9;  // read from the cgroup, not inferred

bool holds_much(const Profile& profile, const WorkloadProfile& workload) {
  const auto cpus = static_cast<double>(profile.host.cpus);
  return cpus > 0 && workload.cpu_cores >= thresholds::kNoLimitShareOfHost * cpus;
}

Finding describe(const Profile& profile, WorkloadIndex index) {
  const WorkloadProfile& workload = profile.workload(index);
  const std::string missing = workload.cpu_limit_cores      ? "no memory limit"
                              : workload.memory_limit_bytes ? "no CPU limit"
                                                            : "no CPU limit, no memory limit";
  Finding finding;
  finding.role = FindingRole::Contributing;
  finding.kind = FindingKind::NoLimits;
  finding.workloads = {index};
  finding.headline = fmt::format("{}: {}", workload_name(profile, index), missing);
  finding.proof = missing;
  finding.confidence = kStrength;
  finding.confidence_reasons = {"read from its cgroup"};
  finding.evidence = {{.key = "cpu_limit",
                       .value = workload.cpu_limit_cores.value_or(0),
                       .unit = "cores",
                       .comparison = "",
                       .threshold = std::nullopt,
                       .source = "cgroup",
                       .text = workload.cpu_limit_cores ? "has a CPU limit" : "no CPU limit"}};
  finding.advice.push_back(
      {.text = "limit it in the compose file: deploy.resources.limits.cpus, and a memory limit "
               "at least a quarter above its use",
       .command = "",
       .effect = "",
       .undo = "",
       .risk = "a memory limit below its use kills it"});
  return finding;
}

}  // namespace

std::vector<Finding> no_limits(const Profile& profile, const std::vector<Finding>& found) {
  std::set<WorkloadIndex> blamed;
  for (const Finding& finding : found) {
    if (finding.role == FindingRole::Culprit) {
      blamed.insert(finding.workloads.begin(), finding.workloads.end());
    }
  }
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < profile.workloads.size(); ++i) {
    const WorkloadIndex index(static_cast<WorkloadIndex::NumberType>(i));
    const WorkloadProfile& workload = profile.workload(index);
    const bool concerned = blamed.contains(index) || holds_much(profile, workload);
    if (concerned && can_be_culprit(profile, index) &&
        workload.container.kind == WorkloadKind::Container &&
        (!workload.cpu_limit_cores || !workload.memory_limit_bytes)) {
      findings.push_back(describe(profile, index));
    }
  }
  return findings;
}

}  // namespace culprit
