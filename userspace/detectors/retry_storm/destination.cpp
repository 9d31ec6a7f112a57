// SPDX-License-Identifier: Apache-2.0
#include "detectors/retry_storm/destination.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <tuple>

#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

std::uint64_t count_of(const ConnectActivity& activity, ConnectOutcome outcome) {
  const auto found = activity.outcomes.find(outcome);
  return found == activity.outcomes.end() ? 0 : found->second;
}

constexpr std::array<ConnectOutcome, 8> kFailures{
    ConnectOutcome::Refused,     ConnectOutcome::TimedOut,  ConnectOutcome::Unreachable,
    ConnectOutcome::Reset,       ConnectOutcome::Abandoned, ConnectOutcome::Absent,
    ConnectOutcome::BacklogFull, ConnectOutcome::OtherError};

AttemptTally dns_tally(const ConnectActivity& activity) {
  AttemptTally tally;
  tally.attempts = count_of(activity, ConnectOutcome::DnsAsked);
  const std::uint64_t answered = count_of(activity, ConnectOutcome::DnsAnswered);
  const std::uint64_t refused = count_of(activity, ConnectOutcome::DnsNoName) +
                                count_of(activity, ConnectOutcome::DnsFailed) +
                                count_of(activity, ConnectOutcome::Refused);
  tally.attempts = std::max(tally.attempts, answered + refused);
  tally.successes = answered;
  tally.failures = tally.attempts - std::min(tally.attempts, answered);
  return tally;
}

template <typename Number>
void add_seconds(std::vector<Number>& sum, const std::vector<Number>& more) {
  if (sum.size() < more.size()) {
    sum.resize(more.size());
  }
  for (std::size_t i = 0; i < more.size(); ++i) {
    sum[i] += more[i];
  }
}

bool is_ipv6(const Endpoint& endpoint) {
  return endpoint.address.find(':') != std::string::npos;
}

bool share_a_process(const std::vector<Pid>& left, const std::vector<Pid>& right) {
  return std::ranges::any_of(left,
                             [&](Pid pid) { return std::ranges::find(right, pid) != right.end(); });
}

// The same process reaches the same port by the other address family about as often.
bool is_happy_eyeballs(const Profile& profile, const ConnectActivity& activity) {
  if (activity.endpoint.protocol != Protocol::Tcp) {
    return false;
  }
  const double failures = static_cast<double>(tally_of(activity).failures);
  return std::ranges::any_of(profile.connects, [&](const ConnectActivity& other) {
    return other.endpoint.protocol == Protocol::Tcp &&
           is_ipv6(other.endpoint) != is_ipv6(activity.endpoint) &&
           other.endpoint.port == activity.endpoint.port && other.workload == activity.workload &&
           share_a_process(other.pids, activity.pids) &&
           static_cast<double>(tally_of(other).successes) >= kEyeballShare * failures;
  });
}

void join(Destination& destination, const Profile& profile, const ConnectActivity& activity) {
  if (destination.workloads.empty()) {
    destination.service = service_of(profile, activity.workload);
    destination.endpoint = activity.endpoint;
    destination.first = activity.first;
  }
  add_workload(destination.workloads, activity.workload);
  for (const Pid pid : activity.pids) {
    if (std::ranges::find(destination.pids, pid) == destination.pids.end()) {
      destination.pids.push_back(pid);
    }
  }
  destination.tally.add(tally_of(activity));
  for (const auto& [outcome, count] : activity.outcomes) {
    destination.outcomes[outcome] += count;
  }
  add_seconds(destination.attempts_per_second, activity.attempts_per_second);
  add_seconds(destination.failures_per_second, activity.failures_per_second);
  for (std::size_t i = 0; i < kGapBuckets; ++i) {
    destination.gaps.at(i) += activity.gaps.at(i);
  }
  destination.calls.merge(activity.calls);
  if (destination.hostname.empty()) {
    destination.hostname = activity.hostname;
    destination.hostname_source = activity.hostname_source;
  }
  if (!destination.listener) {
    destination.listener = activity.listener;
  }
  destination.first = std::min(destination.first, activity.first);
  destination.last = std::max(destination.last, activity.last);
}

// Those who connect to the forwarder about as often as it fails for them.
std::vector<const ConnectActivity*> origins_of(const ProfileIndex& index,
                                               const ConnectActivity& forwarded) {
  const double attempts = static_cast<double>(tally_of(forwarded).attempts);
  std::vector<const ConnectActivity*> origins;
  for (const ConnectActivity& activity : index.profile().connects) {
    if (&activity != &forwarded && activity.listener == forwarded.workload &&
        activity.endpoint.protocol != Protocol::Unix &&
        static_cast<double>(tally_of(activity).attempts) >= kForwardedShare * attempts) {
      origins.push_back(&activity);
    }
  }
  return origins;
}

using DestinationKey = std::tuple<std::string, Protocol, std::string, std::uint16_t>;
using Destinations = std::map<DestinationKey, Destination>;

DestinationKey key_of(const Profile& profile, const ConnectActivity& activity) {
  return {service_of(profile, activity.workload), activity.endpoint.protocol,
          activity.endpoint.address, activity.endpoint.port};
}

// Behind a forwarder the client's connections succeed; the forwarder's failures are its failures.
void join_forwarded(Destinations& destinations, std::set<const ConnectActivity*>& explained,
                    const ProfileIndex& index, const ConnectActivity& forwarded) {
  for (const ConnectActivity* origin : origins_of(index, forwarded)) {
    if (!can_be_culprit(index.profile(), origin->workload) || !explained.insert(origin).second) {
      continue;
    }
    ConnectActivity seen = *origin;
    seen.outcomes = forwarded.outcomes;
    seen.failures_per_second = forwarded.failures_per_second;
    Destination& destination = destinations[key_of(index.profile(), *origin)];
    join(destination, index.profile(), seen);
    destination.forwarded_to = forwarded.endpoint;
    destination.listener = forwarded.listener;
  }
}

// A UDP socket that connects without sending only asks the kernel for a route.
bool is_route_question(const ConnectActivity& activity) {
  return activity.endpoint.protocol == Protocol::Udp &&
         count_of(activity, ConnectOutcome::DnsAsked) == 0 &&
         count_of(activity, ConnectOutcome::DnsNoName) == 0 &&
         count_of(activity, ConnectOutcome::DnsFailed) == 0;
}

bool fails_by_design(const Profile& profile, const ConnectActivity& activity) {
  return is_library_lookup(activity.endpoint) || is_route_question(activity) ||
         is_happy_eyeballs(profile, activity);
}

}  // namespace

void AttemptTally::add(const AttemptTally& other) {
  attempts += other.attempts;
  successes += other.successes;
  failures += other.failures;
  short_lived += other.short_lived;
}

AttemptTally tally_of(const ConnectActivity& activity) {
  if (activity.endpoint.protocol == Protocol::Udp) {
    return dns_tally(activity);
  }
  AttemptTally tally;
  for (const ConnectOutcome outcome : kFailures) {
    tally.failures += count_of(activity, outcome);
  }
  const std::uint64_t established = count_of(activity, ConnectOutcome::Established);
  tally.short_lived = std::min(established, count_of(activity, ConnectOutcome::ShortLived));
  const std::uint64_t ended = tally.failures + established;
  tally.attempts = std::max(count_of(activity, ConnectOutcome::Attempted),
                            ended + count_of(activity, ConnectOutcome::Pending));
  tally.successes = established - tally.short_lived;
  tally.failures += tally.short_lived;
  return tally;
}

double Destination::success_share() const {
  return tally.attempts == 0
             ? 1
             : static_cast<double>(tally.successes) / static_cast<double>(tally.attempts);
}

bool is_library_lookup(const Endpoint& endpoint) {
  if (endpoint.protocol != Protocol::Unix) {
    return false;
  }
  std::string_view path = endpoint.address;
  if (path.starts_with("/var/run/")) {
    path.remove_prefix(4);  // the same directory by its older name
  }
  constexpr std::array<std::string_view, 9> kLookups{
      "/run/nscd/",           "/dev/log",      "/run/systemd/journal/", "/run/systemd/userdb/",
      "/run/systemd/resolve", "/var/lib/sss/", "/run/avahi-daemon/",    "/run/samba/winbindd/",
      "/run/nslcd/"};
  return std::ranges::any_of(kLookups,
                             [path](std::string_view lookup) { return path.starts_with(lookup); });
}

bool is_forwarder(const ProfileIndex& index, const std::vector<Pid>& pids) {
  constexpr std::array<std::string_view, 14> kForwarders{
      "docker-proxy",  "rootlesskit",     "envoy",     "haproxy",   "pgbouncer",
      "odyssey",       "systemd-resolve", "coredns",   "dnsmasq",   "traefik",
      "linkerd2-prox", "kube-proxy",      "twemproxy", "nutcracker"};
  return !pids.empty() && std::ranges::all_of(pids, [&](Pid pid) {
    const ProcessProfile* process = index.process(pid);
    return process != nullptr && std::ranges::any_of(kForwarders, [process](std::string_view name) {
             return process->comm.starts_with(name);
           });
  });
}

std::vector<Destination> failing_destinations(const ProfileIndex& index) {
  const Profile& profile = index.profile();
  Destinations destinations;
  std::set<const ConnectActivity*> explained;
  for (const ConnectActivity& activity : profile.connects) {
    if (is_forwarder(index, activity.pids)) {
      explained.insert(&activity);
      if (tally_of(activity).failures > 0) {
        join_forwarded(destinations, explained, index, activity);
      }
    }
  }
  std::map<DestinationKey, std::vector<const ConnectActivity*>> groups;
  for (const ConnectActivity& activity : profile.connects) {
    if (can_be_culprit(profile, activity.workload) && !explained.contains(&activity) &&
        !fails_by_design(profile, activity)) {
      groups[key_of(profile, activity)].push_back(&activity);
    }
  }
  for (const auto& [key, rows] : groups) {
    const auto attempts = [](const ConnectActivity& activity) {
      return static_cast<double>(tally_of(activity).attempts);
    };
    for (const ConnectActivity* activity : rows_of_real_members(rows, attempts)) {
      join(destinations[key], profile, *activity);
    }
  }
  std::vector<Destination> failing;
  for (auto& [key, destination] : destinations) {
    if (destination.tally.failures > 0) {
      sort_by_cores(profile, destination.workloads);
      failing.push_back(std::move(destination));
    }
  }
  return failing;
}

}  // namespace culprit
