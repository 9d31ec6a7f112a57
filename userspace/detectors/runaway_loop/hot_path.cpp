// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/hot_path.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "detectors/call_cost.h"
#include "detectors/call_paths.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/heaviest_function.h"
#include "detectors/profile_index.h"
#include "detectors/runaway_loop/thread_life.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kHotPathStrength = 0.4;

struct BusyService {
  std::vector<const ThreadProfile*> threads;
  std::vector<WorkloadIndex> workloads;
  CallTree calls;
  std::uint64_t samples = 0;
  FindingCost cost;
};

FunctionPath majority_path(const BusyService& service, const FrameTable& frames) {
  FunctionPath path = common_function_path(service.calls, frames, kMajorityShare);
  path.frames = application_path(frames, std::move(path.frames));
  if (path.frames.empty() || is_start_frame(frames.at(path.frames.back()))) {
    // Threads that begin in different places may still do the same.
    FunctionPath common = heaviest_function(service.calls, frames);
    return common.frames.empty() ? path : common;
  }
  path.weight = weight_below(service.calls, frames, path.frames);
  return path;
}

Finding describe(const Profile& profile, BusyService& service) {
  sort_by_cores(profile, service.workloads);
  const FunctionPath path = majority_path(service, profile.frames);
  Finding finding;
  finding.role = FindingRole::Context;
  finding.kind = FindingKind::HotPath;
  finding.workloads = service.workloads;
  finding.where = path.frames;
  finding.cost = service.cost;
  for (const ThreadProfile* thread : service.threads) {
    finding.threads.push_back({.process = thread->process, .tid = thread->tid});
  }
  finding.headline = fmt::format("{} is busy", group_name(profile, service.workloads));
  finding.proof = fmt::format("{} of {} samples below {}", path.weight, service.samples,
                              function_text(profile.frames, path.frames));
  const auto total = static_cast<double>(service.samples);
  const auto below = static_cast<double>(path.weight);
  finding.evidence = {{.key = "samples_below",
                       .value = total > 0 ? below / total : 0,
                       .unit = "share",
                       .comparison = "",
                       .threshold = std::nullopt,
                       .source = "cpu_samples",
                       .estimated = true,
                       .error = wilson_half_width(below, total),
                       .text = finding.proof}};
  Confidence confidence(kHotPathStrength, "busy, nothing proven");
  confidence.cap(kMostWithoutProof, "busy is not proof of a fault");
  lower_by_sample_loss(confidence, profile, service.workloads);
  lower_by_samples(confidence, service.samples, service.samples);
  confidence.give_to(finding);
  return finding;
}

}  // namespace

std::vector<Finding> hot_paths(const Profile& profile, const std::set<ClaimedThread>& explained) {
  std::map<std::string, BusyService> services;
  for (const ThreadProfile& thread : profile.threads) {
    if (thread.kernel_thread || thread.samples == 0 || !can_be_culprit(profile, thread.workload) ||
        explained.contains({thread.process, thread.tid})) {
      continue;
    }
    BusyService& service = services[service_of(profile, thread.workload)];
    service.threads.push_back(&thread);
    service.calls.merge(thread.calls);
    service.samples += thread.samples;
    service.cost.own_cores += cores_of(profile, thread);
    service.cost.waited_cores += waited_cores_of(profile, thread);
    add_workload(service.workloads, thread.workload);
  }
  std::vector<Finding> findings;
  for (auto& [name, service] : services) {
    if (pass_gate(profile, service.workloads, service.cost).passed) {
      findings.push_back(describe(profile, service));
    }
  }
  return findings;
}

}  // namespace culprit
