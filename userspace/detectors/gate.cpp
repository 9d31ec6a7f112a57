// SPDX-License-Identifier: Apache-2.0
#include "detectors/gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "detectors/thresholds.h"

namespace culprit {
namespace {

std::optional<double> limit_of(const Profile& profile,
                               const std::vector<WorkloadIndex>& workloads) {
  double sum = 0;
  for (const WorkloadIndex index : workloads) {
    const std::optional<double>& limit = profile.workload(index).cpu_limit_cores;
    if (!limit || *limit <= 0) {
      return std::nullopt;
    }
    sum += *limit;
  }
  return workloads.empty() ? std::nullopt : std::optional<double>(sum);
}

bool rests_on_estimate(const Finding& finding) {
  return std::ranges::any_of(finding.evidence, [](const Evidence& evidence) {
    return evidence.key == "own_cores" && evidence.estimated;
  });
}

}  // namespace

GateResult pass_gate(const Profile& profile, const std::vector<WorkloadIndex>& workloads,
                     const FindingCost& cost) {
  using namespace thresholds;
  const double cores = cost.total();
  if (cores >= kGateCores) {
    return {.passed = true, .why = fmt::format("{:.2f} core", cores)};
  }
  const double waited = std::max(0.0, cost.waited_cores);
  if (cores >= kCrowdFloorCores && cores + waited >= kGateCores) {
    return {.passed = true,
            .why = fmt::format("{:.2f} core and {:.2f} more that it waited for", cores, waited)};
  }
  const std::optional<double> limit = limit_of(profile, workloads);
  if (limit && cores >= kGateShareOfLimit * *limit) {
    return {.passed = true, .why = fmt::format("{:.0f} % of its own limit", 100 * cores / *limit)};
  }
  const double busy = profile.cores.busy();
  if (busy > 0 && cores >= kGateFloorCores && cores >= kGateShareOfBusy * busy) {
    return {.passed = true,
            .why = fmt::format("{:.0f} % of what keeps the host busy", 100 * cores / busy)};
  }
  return {};
}

void assign_role(const Profile& profile, Finding& finding, FindingRole otherwise) {
  const GateResult gate = pass_gate(profile, finding.workloads, finding.cost);
  finding.role = gate.passed ? FindingRole::Culprit : otherwise;
  finding.evidence.push_back({.key = "cost_cores",
                              .value = finding.cost.total(),
                              .unit = "cores",
                              .comparison = ">=",
                              .threshold = thresholds::kGateCores,
                              .source = "cpu_samples",
                              .estimated = rests_on_estimate(finding),
                              .text = gate.passed ? gate.why : "below the gate"});
}

}  // namespace culprit
