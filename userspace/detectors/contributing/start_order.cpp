// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "detectors/contributing/contributing.h"
#include "detectors/profile_index.h"
#include "detectors/retry_storm/destination.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kSeenStrength = 0.85;      // failed first, was served later, in this window
constexpr double kInferredStrength = 0.55;  // from the order in which the two were started

/// By how much the client was too early, and whether we watched it happen.
struct TooEarly {
  double seconds = 0;
  bool seen = false;
};

// Failures in the first seconds, none in the last, though it still asks.
std::optional<TooEarly> seen_in_window(const ConnectActivity& activity) {
  const auto& failures = activity.failures_per_second;
  const auto& attempts = activity.attempts_per_second;
  const auto fails = [](std::uint32_t count) { return count > 0; };
  const auto first = std::ranges::find_if(failures, fails);
  if (first == failures.end() || tally_of(activity).successes == 0) {
    return std::nullopt;
  }
  const auto last = std::find_if(failures.rbegin(), failures.rend(), fails);
  const std::size_t end_of_failures = static_cast<std::size_t>(failures.rend() - last);
  for (std::size_t i = end_of_failures; i < attempts.size(); ++i) {
    if (attempts[i] > 0) {
      return TooEarly{.seconds = static_cast<double>(
                          end_of_failures - static_cast<std::size_t>(first - failures.begin())),
                      .seen = true};
    }
  }
  return std::nullopt;
}

std::optional<TooEarly> by_start_times(const Profile& profile, const ConnectActivity& activity) {
  const Container& client = profile.workload(activity.workload).container;
  const Container& server = profile.workload(*activity.listener).container;
  if (!client.started_at || !server.started_at) {
    return std::nullopt;
  }
  const double seconds =
      std::chrono::duration<double>(*server.started_at - *client.started_at).count();
  const double server_age =
      std::chrono::duration<double>(profile.window.start - *server.started_at).count();
  // A server that was replaced while its old clients live on is another story.
  const bool both_new = seconds <= kRestartAgeSeconds && server_age <= kRestartAgeSeconds;
  return seconds >= kStartOrderSeconds && both_new
             ? std::optional<TooEarly>(TooEarly{.seconds = seconds, .seen = false})
             : std::nullopt;
}

Finding describe(const Profile& profile, const ConnectActivity& activity, const TooEarly& early) {
  const std::string client = workload_name(profile, activity.workload);
  const std::string server = workload_name(profile, *activity.listener);
  Finding finding;
  finding.role = FindingRole::Contributing;
  finding.kind = FindingKind::StartOrder;
  finding.workloads = {activity.workload, *activity.listener};
  finding.headline = early.seen ? fmt::format("{} began answering {:.0f} s after {} first asked",
                                              server, early.seconds, client)
                                : fmt::format("{} was started {:.0f} s before {}, which it needs",
                                              client, early.seconds, server);
  finding.proof = fmt::format("{} attempts on port {} failed", tally_of(activity).failures,
                              activity.endpoint.port);
  finding.confidence = early.seen ? kSeenStrength : kInferredStrength;
  finding.confidence_reasons = {early.seen ? "failed first and was served later"
                                           : "by the order of their starts"};
  finding.evidence = {{.key = "too_early",
                       .value = early.seconds,
                       .unit = "s",
                       .comparison = ">=",
                       .threshold = kStartOrderSeconds,
                       .source = early.seen ? "inet_sock_set_state" : "engine",
                       .text = finding.headline}};
  finding.advice.push_back({.text = "start it after its dependency answers "
                                    "(depends_on with condition: service_healthy)",
                            .command = "",
                            .effect = "",
                            .undo = "",
                            .risk = ""});
  return finding;
}

}  // namespace

std::vector<Finding> start_order(const Profile& profile) {
  std::vector<Finding> findings;
  for (const ConnectActivity& activity : profile.connects) {
    if (!activity.listener || *activity.listener == activity.workload ||
        static_cast<double>(tally_of(activity).failures) < kDownFailures) {
      continue;
    }
    std::optional<TooEarly> early = seen_in_window(activity);
    if (!early) {
      early = by_start_times(profile, activity);
    }
    if (early) {
      findings.push_back(describe(profile, activity, *early));
    }
  }
  return findings;
}

}  // namespace culprit
