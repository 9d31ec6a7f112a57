// SPDX-License-Identifier: Apache-2.0
#include "detectors/all_detectors.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <set>

#include "detectors/contributing/contributing.h"
#include "detectors/log_flood/log_flood.h"
#include "detectors/network_cost.h"
#include "detectors/process_storm/process_storm.h"
#include "detectors/profile_index.h"
#include "detectors/request_storm/request_storm.h"
#include "detectors/resources/resources.h"
#include "detectors/retry_storm/retry_storm.h"
#include "detectors/runaway_loop/hot_path.h"
#include "detectors/runaway_loop/runaway_loop.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using Claims = std::set<ClaimedThread>;

// The order matters: who comes first claims its threads. What is known by its events goes before
// what is only known by being busy.
std::vector<std::unique_ptr<Detector>> detectors_in_order() {
  std::vector<std::unique_ptr<Detector>> detectors;
  detectors.push_back(std::make_unique<RetryStormDetector>());
  detectors.push_back(std::make_unique<RequestStormDetector>());
  detectors.push_back(std::make_unique<RunawayLoopDetector>());
  detectors.push_back(std::make_unique<LogFloodDetector>());
  detectors.push_back(std::make_unique<ProcessStormDetector>());
  detectors.push_back(std::make_unique<RestartLoopDetector>());
  detectors.push_back(std::make_unique<LockContentionDetector>());
  detectors.push_back(std::make_unique<MemoryThrashDetector>());
  detectors.push_back(std::make_unique<CpuStarvedDetector>());
  return detectors;
}

// Kinds that explain a thread's CPU by the thread's own code: two of them would bill it twice.
bool explains_threads(FindingKind kind) {
  switch (kind) {
    case FindingKind::RunawayLoop:
    case FindingKind::BusyPoll:
    case FindingKind::LongComputation:
    case FindingKind::RequestStorm:
    case FindingKind::LockContention:
    case FindingKind::ProcessStorm:
      return true;
    default:
      return false;
  }
}

bool is_claimed(const Finding& finding, const Claims& claims) {
  const auto claimed = std::ranges::count_if(finding.threads, [&](const FindingThread& thread) {
    return claims.contains({thread.process, thread.tid});
  });
  return claimed > 0 && 2 * claimed >= std::ssize(finding.threads);
}

void claim(const Finding& finding, Claims& claims) {
  for (const FindingThread& thread : finding.threads) {
    claims.insert({thread.process, thread.tid});
  }
}

// A loop that fails without end beats the flood it writes, and a flood may be what a retry storm
// has to say: floods are kept beside both and linked to them instead.
void collect(std::vector<Finding> more, std::vector<Finding>& findings, Claims& claims) {
  for (Finding& finding : more) {
    if (explains_threads(finding.kind) && is_claimed(finding, claims)) {
      continue;
    }
    if (finding.role == FindingRole::Culprit || finding.kind == FindingKind::LongComputation) {
      claim(finding, claims);
    }
    findings.push_back(std::move(finding));
  }
}

bool can_cause_flood(const Finding& finding) {
  return finding.role == FindingRole::Culprit &&
         (finding.kind == FindingKind::RetryStorm || finding.kind == FindingKind::RequestStorm ||
          finding.kind == FindingKind::RunawayLoop || finding.kind == FindingKind::RestartLoop);
}

bool share_a_process(const Finding& left, const Finding& right) {
  return std::ranges::any_of(left.threads, [&](const FindingThread& mine) {
    return std::ranges::any_of(
        right.threads, [&](const FindingThread& theirs) { return mine.process == theirs.process; });
  });
}

bool share_a_workload(const Finding& left, const Finding& right) {
  return std::ranges::any_of(left.workloads, [&](WorkloadIndex index) {
    return std::ranges::find(right.workloads, index) != right.workloads.end();
  });
}

void link_causes(std::vector<Finding>& findings) {
  for (Finding& flood : findings) {
    if (flood.kind != FindingKind::LogFlood) {
      continue;
    }
    for (std::size_t i = 0; i < findings.size(); ++i) {
      const Finding& cause = findings[i];
      const bool related = cause.kind == FindingKind::RestartLoop ? share_a_workload(cause, flood)
                                                                  : share_a_process(cause, flood);
      if (can_cause_flood(cause) && related) {
        flood.caused_by.push_back(i);
      }
    }
  }
}

double explained_cores(const Profile& profile, const std::vector<Finding>& findings,
                       const Finding& kernel_work) {
  const std::string& activity = profile.workload(kernel_work.workloads.front()).kernel_activity;
  double cores = activity == "kernel:softirq" ? explained_softirq_cores(profile) : 0;
  for (const Finding& finding : findings) {
    for (const InducedCost& cost : finding.cost.induced) {
      cores += cost.who == activity && finding.role == FindingRole::Culprit ? cost.cores : 0;
    }
  }
  return cores;
}

// What a storm makes the kernel do is the storm's cost, and what traffic asks for is traffic's.
void add_unexplained_kernel_work(const Profile& profile, std::vector<Finding>& findings) {
  for (Finding& work : KernelWorkDetector().detect(profile)) {
    if (explained_cores(profile, findings, work) <
        thresholds::kExplainedKernelShare * work.cost.own_cores) {
      findings.push_back(std::move(work));
    }
  }
}

// A host is too small for honest work only: with a culprit on it, nobody can tell.
void excuse_small_host(std::vector<Finding>& findings) {
  const bool has_culprit = std::ranges::any_of(findings, [](const Finding& finding) {
    return finding.role == FindingRole::Culprit && finding.kind != FindingKind::CpuStarved;
  });
  for (Finding& finding : findings) {
    if (has_culprit && is_too_small_host(finding)) {
      finding.role = FindingRole::Context;
    }
  }
}

/// Half the width of what a rate of independent events may be after so many seconds of watching;
/// none seen may be up to three (95 %). Bytes and shares are no such events: no error is known.
std::optional<double> error_of_rate(const Evidence& evidence, double observed_seconds) {
  if (evidence.unit != "per_s") {
    return std::nullopt;
  }
  const double seen = std::max(0.0, evidence.value) * observed_seconds;
  return (seen > 0 ? 1.96 * std::sqrt(seen) : 3) / observed_seconds;
}

/// "shop floods stdout: 9000 lines/s" -> "...: about 9000 lines/s".
void say_about(std::string& text, std::size_t at) {
  if (at < text.size() && text[at] >= '0' && text[at] <= '9') {
    text.insert(at, "about ");
  }
}

/// Numbers that rest on calls which were watched for a part of the time only carry their error:
/// that of a count, as if calls came at random.
void mark_estimates(const Profile& profile, std::vector<Finding>& findings) {
  const double observed_seconds = profile.seconds() * profile.syscalls_observed_share;
  if (profile.syscalls_observed_share >= thresholds::kWholeView || observed_seconds <= 0) {
    return;
  }
  for (Finding& finding : findings) {
    bool in_words = false;
    for (Evidence& evidence : finding.evidence) {
      if (evidence.source == "sys_exit" && !evidence.estimated) {
        evidence.estimated = true;
        evidence.error = error_of_rate(evidence, observed_seconds);
        in_words |= evidence.unit == "per_s" && evidence.value > 0;
      }
    }
    if (in_words) {
      say_about(finding.proof, 0);
      const std::size_t colon = finding.headline.find(": ");
      say_about(finding.headline, colon == std::string::npos ? colon : colon + 2);
    }
  }
}

void append(std::vector<Finding>& findings, std::vector<Finding> more) {
  findings.insert(findings.end(), std::make_move_iterator(more.begin()),
                  std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Finding> run_detectors(const Profile& profile) {
  std::vector<Finding> findings;
  Claims claims;
  for (const std::unique_ptr<Detector>& detector : detectors_in_order()) {
    collect(detector->detect(profile), findings, claims);
  }
  add_unexplained_kernel_work(profile, findings);
  excuse_small_host(findings);
  append(findings, hot_paths(profile, claims));
  link_causes(findings);
  append(findings, no_limits(profile, findings));
  append(findings, throttled(profile));
  append(findings, generations_overlap(profile));
  append(findings, start_order(profile));
  append(findings, disk_filling(profile, findings));
  append(findings, build_on_host(profile));
  mark_estimates(profile, findings);
  return findings;
}

}  // namespace culprit
