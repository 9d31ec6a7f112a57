// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "detectors/finding.h"
#include "detectors/profile_index.h"

namespace culprit {

/// How attempts ended, with the outcomes that are counted besides others taken apart.
struct AttemptTally {
  std::uint64_t attempts = 0;
  std::uint64_t successes = 0;
  std::uint64_t failures = 0;     ///< pending ones are neither
  std::uint64_t short_lived = 0;  ///< of the failures: established and closed at once

  void add(const AttemptTally& other);
};

AttemptTally tally_of(const ConnectActivity& activity);

/// All attempts of one service to reach one address, over its replicas and processes. 127.0.0.1
/// of another service is another destination; of another replica the same.
struct Destination {
  std::string service;
  Endpoint endpoint;  ///< its network namespace is the first replica's
  std::vector<WorkloadIndex> workloads;
  std::vector<Pid> pids;
  AttemptTally tally;
  std::map<ConnectOutcome, std::uint64_t> outcomes;
  std::vector<std::uint32_t> attempts_per_second, failures_per_second;
  std::array<std::uint64_t, kGapBuckets> gaps{};
  CallTree calls;
  std::string hostname, hostname_source;
  std::optional<WorkloadIndex> listener;
  KernelTime first, last;
  /// Set when the attempts were made by a forwarder for this service: where they went.
  std::optional<Endpoint> forwarded_to;

  [[nodiscard]] bool is_dns() const { return endpoint.protocol == Protocol::Udp; }
  [[nodiscard]] double success_share() const;
};

/// Destinations whose attempts fail, without those that fail by design: the C library's look-ups,
/// UDP sockets that only choose a route, the losing side of happy eyeballs. A forwarder's attempts
/// are its clients' where those are known, and left out where they are not.
std::vector<Destination> failing_destinations(const ProfileIndex& index);

/// Look-ups that find nobody on a healthy system: nscd, sssd, syslog, user databases.
bool is_library_lookup(const Endpoint& endpoint);

/// Programs that pass connections on.
bool is_forwarder(const ProfileIndex& index, const std::vector<Pid>& pids);

}  // namespace culprit
