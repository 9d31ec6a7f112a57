// SPDX-License-Identifier: Apache-2.0
#include "detectors/retry_storm/retry_storm.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "detectors/call_cost.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/known_programs.h"
#include "detectors/network_cost.h"
#include "detectors/retry_storm/destination.h"
#include "detectors/retry_storm/pace.h"
#include "detectors/retry_storm/retry_texts.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kStormStrength = 0.7;
constexpr double kRateStrength = 0.5;  // at a hundred times the threshold
constexpr double kPaceStrength = 0.4;  // gaps measured: neither growing nor spread
constexpr double kMostByShortLife = 0.6;
constexpr double kShortLivedMajority = 0.5;
constexpr std::array<std::string_view, 3> kAttemptLosses{"connect_map_full", "socket_map_full",
                                                         "event_ring_full"};

const std::vector<std::string_view>& connect_calls() {
  static const std::vector<std::string_view> kCalls{
      "connect",     "socket",      "close", "shutdown", "bind",     "getsockopt", "setsockopt",
      "getsockname", "getpeername", "fcntl", "sendto",   "recvfrom", "sendmmsg",   "ioctl"};
  return kCalls;
}

bool is_storm(const Destination& destination, const Pace& pace) {
  const double enough = destination.is_dns() ? kDnsSuccessShare : kStormSuccessShare;
  return pace.storm_seconds >= kStormSeconds && pace.attempts_per_s >= kStormAttemptsPerSecond &&
         destination.success_share() < enough && !pace.backs_off();
}

bool is_down(const Profile& profile, const Destination& destination) {
  const auto failures = static_cast<double>(destination.tally.failures);
  return failures >= kDownFailures && per_second(profile, failures) >= kDownFailuresPerSecond &&
         destination.success_share() <
             (destination.is_dns() ? kDnsSuccessShare : kStormSuccessShare);
}

bool reaches_the_peer(const Destination& destination) {
  return 2 * destination.tally.short_lived >= destination.tally.failures;
}

double accepts_of(const Profile& profile, WorkloadIndex workload) {
  double accepts = 0;
  for (const SyscallActivity& activity : profile.syscalls) {
    if (activity.workload == workload && activity.error == 0 &&
        (activity.name == "accept" || activity.name == "accept4")) {
      accepts += static_cast<double>(activity.count);
    }
  }
  return accepts;
}

void add_induced(const ProfileIndex& index, const Destination& destination, FindingCost& cost) {
  const Profile& profile = index.profile();
  const auto attempts = static_cast<double>(destination.tally.attempts);
  if (destination.endpoint.protocol != Protocol::Unix) {
    add_softirq_cost(profile, attempts, cost);
  }
  // A refused connection never reaches a process; one that is closed at once does.
  if (destination.listener && reaches_the_peer(destination)) {
    const double accepts = accepts_of(profile, *destination.listener);
    if (accepts > 0) {
      cost.induced.push_back({.who = profile.workload(*destination.listener).container.name,
                              .cores = profile.workload(*destination.listener).cpu_cores *
                                       std::min(1.0, attempts / accepts),
                              .why = "accepts and closes its connections"});
    }
  }
}

Confidence judge(const Profile& profile, const Destination& destination, const Pace& pace,
                 const BehaviourCost& cost) {
  const auto failed = static_cast<double>(destination.tally.failures);
  const auto attempts = static_cast<double>(destination.tally.attempts);
  Confidence confidence(kStormStrength * std::sqrt(wilson_lower(failed, attempts)),
                        fmt::format("{:.0f} % of {} attempts failed", 100 * failed / attempts,
                                    destination.tally.attempts));
  const double excess =
      std::log10(std::max(1.0, pace.attempts_per_s / kStormAttemptsPerSecond)) / 2;
  confidence.support(kRateStrength * std::min(1.0, excess),
                     fmt::format("{:.0f} attempts/s", pace.attempts_per_s));
  if (pace.median_gap_seconds > 0) {
    confidence.support(kPaceStrength, pace.no_jitter ? "no back-off, no jitter" : "no back-off");
  }
  if (cost.path.empty()) {
    confidence.lower(0.95, "the calling code was not seen");
  }
  if (cost.estimated) {
    confidence.lower(0.95, "its cost is estimated");
  }
  if (static_cast<double>(destination.tally.short_lived) >= kShortLivedMajority * failed) {
    confidence.cap(kMostByShortLife, "short connections can be healthy");
  }
  lower_by_sample_loss(confidence, profile, destination.workloads);
  lower_by_event_loss(confidence, profile, destination.workloads, destination.tally.attempts,
                      kAttemptLosses);
  return confidence;
}

void fill_common(const ProfileIndex& index, const Destination& destination, const Pace& pace,
                 Finding& finding) {
  const Profile& profile = index.profile();
  const BehaviourCost cost =
      price(index, {.pids = destination.pids,
                    .event_stacks = &destination.calls,
                    .system_calls = connect_calls(),
                    .most_cores = pace.attempts_per_s * kMostSecondsPerAttempt});
  finding.workloads = destination.workloads;
  finding.threads = cost.threads;
  finding.where = cost.path;
  finding.cost.own_cores = cost.cores;
  finding.cost.waited_cores = cost.waited_cores;
  add_induced(index, destination, finding.cost);
  finding.target = target_of(profile, destination);
  finding.evidence = storm_evidence(destination, pace);
  finding.evidence.push_back({.key = "own_cores",
                              .value = cost.cores,
                              .unit = "cores",
                              .comparison = "",
                              .threshold = std::nullopt,
                              .source = "cpu_samples",
                              .estimated = cost.estimated,
                              .text = cost.method});
  judge(profile, destination, pace, cost).give_to(finding);
}

Finding describe(const ProfileIndex& index, const Destination& destination, const Pace& pace) {
  const Profile& profile = index.profile();
  Finding finding;
  fill_common(index, destination, pace, finding);
  const std::string name = group_name(profile, finding.workloads);
  const std::string target = destination_text(profile, destination);
  assign_role(profile, finding, FindingRole::Contributing);
  if (!is_storm(destination, pace)) {
    finding.role = FindingRole::Contributing;
  }
  finding.kind =
      finding.role == FindingRole::Culprit ? FindingKind::RetryStorm : FindingKind::DestinationDown;
  finding.headline = fmt::format("{}: {} {}/s {} {}", name, rate_text(pace.attempts_per_s),
                                 destination.is_dns() ? "look-ups" : "connects",
                                 outcome_text(destination), target);
  finding.proof = fmt::format("{} of {} attempts failed in {:.0f} s; {}",
                              destination.tally.failures, destination.tally.attempts,
                              profile.seconds(), pace.backs_off() ? "backs off" : "no back-off");
  finding.advice = storm_advice(profile, destination, finding.where);
  if (finding.role != FindingRole::Culprit) {
    finding.explains = "cannot reach what it needs";
  }
  return finding;
}

}  // namespace

std::vector<Finding> RetryStormDetector::detect(const Profile& profile) const {
  const ProfileIndex index(profile);
  std::vector<Finding> findings;
  for (const Destination& destination : failing_destinations(index)) {
    // A load generator's short connections are its purpose; a peer that refuses it is not.
    if (reaches_the_peer(destination) && is_load_generator(index, destination.pids)) {
      continue;
    }
    const Pace pace = pace_of(profile, destination);
    if (is_storm(destination, pace) || is_down(profile, destination)) {
      findings.push_back(describe(index, destination, pace));
    }
  }
  return findings;
}

}  // namespace culprit
