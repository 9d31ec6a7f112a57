// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <map>

#include "detectors/advice.h"
#include "detectors/call_cost.h"
#include "detectors/call_paths.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/profile_index.h"
#include "detectors/resources/resources.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kStrength = 0.65;
constexpr std::size_t kFewestThreads = 2;

/// One process's time inside futex().
struct LockShare {
  WorkloadIndex workload;
  std::vector<const ThreadProfile*> threads;  ///< those seen in futex
  CallTree calls;
  std::uint64_t inside = 0, all = 0;
  double futex_calls = 0;
};

std::map<Pid, LockShare> lock_shares(const Profile& profile) {
  std::map<Pid, LockShare> shares;
  std::map<Pid, std::uint32_t> numbers;
  for (const SyscallActivity& activity : profile.syscalls) {
    if (activity.name == "futex" && !activity.compat) {
      numbers[activity.pid] = activity.number;
      shares[activity.pid].futex_calls += static_cast<double>(activity.count);
    }
  }
  for (const ThreadProfile& thread : profile.threads) {
    const auto number = numbers.find(thread.process.pid);
    if (number == numbers.end()) {
      continue;
    }
    LockShare& share = shares[thread.process.pid];
    share.workload = thread.workload;
    share.all += thread.samples;
    const auto inside = thread.samples_in_syscall.find(static_cast<std::int32_t>(number->second));
    if (inside != thread.samples_in_syscall.end() && inside->second > 0) {
      share.inside += inside->second;
      share.threads.push_back(&thread);
      share.calls.merge(thread.calls);
    }
  }
  return shares;
}

bool is_contended(const Profile& profile, const LockShare& share) {
  return share.threads.size() >= kFewestThreads && can_be_culprit(profile, share.workload) &&
         static_cast<double>(share.inside) >= kFutexShare * static_cast<double>(share.all) &&
         per_second(profile, share.futex_calls) >= kFutexCallsPerSecond;
}

Finding describe(const Profile& profile, const LockShare& share) {
  Finding finding;
  finding.kind = FindingKind::LockContention;
  finding.workloads = {share.workload};
  for (const ThreadProfile* thread : share.threads) {
    finding.threads.push_back({.process = thread->process, .tid = thread->tid});
  }
  finding.where = application_path(
      profile.frames, common_function_path(share.calls, profile.frames, kMajorityShare).frames);
  finding.cost.own_cores = cores_of_samples(profile, share.workload, share.inside);
  const double part = static_cast<double>(share.inside) / static_cast<double>(share.all);
  finding.headline =
      fmt::format("{} spends its CPU on a lock", workload_name(profile, share.workload));
  finding.proof = fmt::format("{} of {} samples inside futex(); {:.0f} futex calls/s by {} threads",
                              share.inside, share.all, per_second(profile, share.futex_calls),
                              share.threads.size());
  finding.evidence = {{.key = "futex_share",
                       .value = part,
                       .unit = "share",
                       .comparison = ">=",
                       .threshold = kFutexShare,
                       .source = "cpu_samples",
                       .estimated = true,
                       .error = wilson_half_width(static_cast<double>(share.inside),
                                                  static_cast<double>(share.all)),
                       .text = finding.proof}};
  Confidence confidence(kStrength, fmt::format("{:.0f} % of its CPU inside futex()", 100 * part));
  lower_by_samples(confidence, share.all, share.all);
  lower_by_sample_loss(confidence, profile, finding.workloads);
  confidence.give_to(finding);
  finding.advice = cap_cpu(profile, finding.workloads);
  finding.advice.push_back(fix_code(profile, finding.where, "too many threads want one lock"));
  return finding;
}

}  // namespace

std::vector<Finding> LockContentionDetector::detect(const Profile& profile) const {
  std::vector<Finding> findings;
  for (const auto& [pid, share] : lock_shares(profile)) {
    if (!is_contended(profile, share)) {
      continue;
    }
    Finding finding = describe(profile, share);
    assign_role(profile, finding, FindingRole::Context);
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace culprit
