// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "detectors/call_paths.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/profile_index.h"
#include "detectors/resources/resources.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

constexpr double kStrength = 0.6;

Finding describe(const Profile& profile, WorkloadIndex index) {
  const WorkloadProfile& workload = profile.workload(index);
  const FunctionPath path = common_function_path(workload.calls, profile.frames,
                                                 thresholds::kMajorityShare, KernelFrames::Enter);
  Finding finding;
  finding.kind = FindingKind::KernelWork;
  finding.workloads = {index};
  finding.where = path.frames;
  finding.cost.own_cores = workload.cpu_cores;
  finding.headline = fmt::format("the kernel itself is busy: {}", workload.kernel_activity);
  finding.proof = fmt::format("{:.2f} core, mostly below {}", workload.cpu_cores,
                              function_text(profile.frames, path.frames));
  finding.evidence = {{.key = "kernel_cores",
                       .value = workload.cpu_cores,
                       .unit = "cores",
                       .comparison = ">=",
                       .threshold = thresholds::kGateCores,
                       .source = "cpu_samples",
                       .estimated = workload.cores_estimated,
                       .text = finding.proof}};
  Confidence confidence(kStrength, "nobody's behaviour explains it");
  lower_by_samples(confidence, workload.samples, workload.samples);
  lower_by_sample_loss(confidence, profile, finding.workloads);
  confidence.give_to(finding);
  return finding;
}

}  // namespace

std::vector<Finding> KernelWorkDetector::detect(const Profile& profile) const {
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < profile.workloads.size(); ++i) {
    const WorkloadIndex index(static_cast<WorkloadIndex::NumberType>(i));
    if (profile.workload(index).kernel_activity.empty()) {
      continue;
    }
    Finding finding = describe(profile, index);
    assign_role(profile, finding, FindingRole::Context);
    if (finding.role == FindingRole::Culprit) {
      findings.push_back(std::move(finding));
    }
  }
  return findings;
}

}  // namespace culprit
