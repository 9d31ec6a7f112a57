// SPDX-License-Identifier: Apache-2.0
#include "detectors/retry_storm/retry_texts.h"

#include <fmt/format.h>

#include "base/display_text.h"
#include "detectors/address_text.h"
#include "detectors/advice.h"
#include "detectors/confidence.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr std::size_t kLongestHostname = 48;

// What most attempts met. Outcomes counted besides others do not compete; a short life does, with
// the established ones it is a part of.
ConnectOutcome main_outcome(const Destination& destination) {
  ConnectOutcome main = ConnectOutcome::OtherError;
  std::uint64_t most = 0;
  for (const auto& [outcome, count] : destination.outcomes) {
    const bool besides =
        outcome == ConnectOutcome::Attempted || outcome == ConnectOutcome::DnsAsked ||
        outcome == ConnectOutcome::Established || outcome == ConnectOutcome::DnsAnswered;
    if (!besides && count > most) {
      most = count;
      main = outcome;
    }
  }
  return destination.is_dns() && most == 0 ? ConnectOutcome::DnsAsked : main;
}

std::string_view words_for(ConnectOutcome outcome) {
  switch (outcome) {
    case ConnectOutcome::Refused:
      return "refused by";
    case ConnectOutcome::TimedOut:
      return "timed out at";
    case ConnectOutcome::Unreachable:
      return "unreachable:";
    case ConnectOutcome::Reset:
      return "reset by";
    case ConnectOutcome::Abandoned:
      return "given up on";
    case ConnectOutcome::Pending:
      return "unanswered by";
    case ConnectOutcome::Absent:
      return "to the absent";
    case ConnectOutcome::BacklogFull:
      return "turned away by";
    case ConnectOutcome::ShortLived:
      return "closed at once by";
    case ConnectOutcome::DnsNoName:
      return "for no such name at";
    case ConnectOutcome::DnsFailed:
      return "failed at";
    case ConnectOutcome::DnsAsked:
      return "unanswered by";
    default:
      return "failed to";
  }
}

TargetKind kind_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::Tcp:
      return TargetKind::Tcp;
    case Protocol::Udp:
      return TargetKind::Udp;
    case Protocol::Unix:
      return TargetKind::Unix;
  }
  return TargetKind::Tcp;
}

const Endpoint& final_endpoint(const Destination& destination) {
  return destination.forwarded_to ? *destination.forwarded_to : destination.endpoint;
}

Evidence gap_evidence(const Pace& pace) {
  return {.key = "median_gap",
          .value = pace.median_gap_seconds,
          .unit = "s",
          .comparison = "",
          .threshold = std::nullopt,
          .source = "inet_sock_set_state",
          .estimated = true,
          .text = fmt::format("median gap below {:.3g} s{}", pace.median_gap_seconds,
                              pace.no_jitter ? ", no jitter" : "")};
}

}  // namespace

std::string outcome_text(const Destination& destination) {
  return std::string(words_for(main_outcome(destination)));
}

std::string destination_text(const Profile& profile, const Destination& destination) {
  const std::string address = address_text(final_endpoint(destination));
  if (destination.listener) {
    return fmt::format("{} ({})", address, workload_name(profile, *destination.listener));
  }
  return destination.hostname.empty()
             ? address
             : fmt::format("{} ({})", address, displayable(destination.hostname, kLongestHostname));
}

FindingTarget target_of(const Profile& profile, const Destination& destination) {
  const Endpoint& endpoint = final_endpoint(destination);
  FindingTarget target;
  target.kind = kind_of(endpoint.protocol);
  if (endpoint.protocol == Protocol::Unix) {
    target.path = endpoint.address;
  } else {
    target.address = endpoint.address;
    target.port = endpoint.port;
  }
  target.hostname = destination.hostname;
  target.hostname_source = destination.hostname_source;
  if (destination.listener) {
    target.container = profile.workload(*destination.listener).container.name;
  }
  return target;
}

std::vector<Evidence> storm_evidence(const Destination& destination, const Pace& pace) {
  const auto attempts = static_cast<double>(destination.tally.attempts);
  std::vector<Evidence> evidence{
      {.key = "attempts",
       .value = pace.attempts_per_s,
       .unit = "per_s",
       .comparison = ">=",
       .threshold = kStormAttemptsPerSecond,
       .source = "inet_sock_set_state",
       .text = fmt::format("{:.0f} attempts/s", pace.attempts_per_s)},
      {.key = "storm_seconds",
       .value = pace.storm_seconds,
       .unit = "s",
       .comparison = ">=",
       .threshold = kStormSeconds,
       .source = "inet_sock_set_state",
       .text = fmt::format("for {:.0f} s", pace.storm_seconds)},
      {.key = "success_share",
       .value = destination.success_share(),
       .unit = "share",
       .comparison = "<=",
       .threshold = kStormSuccessShare,
       .source = "inet_sock_set_state",
       .estimated = true,
       .error = wilson_half_width(static_cast<double>(destination.tally.successes), attempts),
       .text = fmt::format("{} of {} attempts failed", destination.tally.failures,
                           destination.tally.attempts)},
      {.key = "gap_growth",
       .value = pace.gap_growth,
       .unit = "",
       .comparison = "<=",
       .threshold = kBackOffGrowth,
       .source = "inet_sock_set_state",
       .text = pace.backs_off() ? "backs off" : "no back-off"}};
  if (pace.median_gap_seconds > 0) {
    evidence.push_back(gap_evidence(pace));
  }
  return evidence;
}

std::vector<Advice> storm_advice(const Profile& profile, const Destination& destination,
                                 const std::vector<FrameId>& where) {
  std::vector<Advice> advice = cap_cpu(profile, destination.workloads);
  advice.push_back(fix_code(profile, where,
                            "wait longer after each failure, with jitter; "
                            "most client libraries have a back-off setting"));
  if (destination.listener) {
    advice.push_back({.text = "start it after its dependency answers "
                              "(depends_on with condition: service_healthy)",
                      .command = "",
                      .effect = "",
                      .undo = "",
                      .risk = ""});
  }
  return advice;
}

}  // namespace culprit
