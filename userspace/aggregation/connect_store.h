// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "aggregation/bounded_rows.h"
#include "aggregation/cgroup_table.h"
#include "aggregation/event_stacks.h"
#include "aggregation/second_counts.h"
#include "samples/activity.h"

namespace culprit {

struct ConnectKey {
  CgroupRef cgroup;
  Pid pid;  ///< 0: of processes that found no room
  Endpoint endpoint;

  bool operator==(const ConnectKey&) const = default;
};

struct ConnectKeyHash {
  std::size_t operator()(const ConnectKey& key) const;
};

std::size_t hash_of(const Endpoint& endpoint);

/// One way of counting attempts: as they begin, or as they end.
struct ConnectSide {
  std::uint64_t count = 0;
  SecondCounts seconds;
  std::array<std::uint64_t, kGapBuckets> gaps{};
  EventStacks stacks;

  void merge(const ConnectSide& other);
};

/// What became of the attempts of one process to reach one destination.
struct ConnectRow {
  std::map<ConnectOutcome, std::uint64_t> outcomes;  ///< as they came, Attempted included
  ConnectSide begun;                                 ///< TCP: Attempted; DNS: DnsAsked
  ConnectSide ended;
  SecondCounts failures;
  std::map<std::uint16_t, std::uint64_t> errors;
  std::map<std::string, std::uint64_t> hostnames;  ///< displayable
  std::chrono::nanoseconds latency_sum{0};
  KernelTime first, last;  ///< the epoch when nothing came with a time

  void add(const ConnectCount& counted, const EventStack& stack, std::uint32_t second);
  void merge(const ConnectRow& other);
  /// The side that saw all attempts. Beginnings are not seen of every kind of attempt, ends come
  /// late; both carry gaps and stacks, so that adding them up would count twice.
  [[nodiscard]] const ConnectSide& side() const {
    return begun.count >= ended.count ? begun : ended;
  }
};

/// Collects connection attempts. Beyond the limit rows lose their process, then their destination.
class ConnectStore {
 public:
  ConnectStore();

  void add(const ConnectCount& count, CgroupRef cgroup, AddressSpaceId address_space,
           std::uint32_t second);

  [[nodiscard]] const BoundedRows<ConnectKey, ConnectRow, ConnectKeyHash>& rows() const {
    return rows_;
  }

 private:
  BoundedRows<ConnectKey, ConnectRow, ConnectKeyHash> rows_;
};

/// How outcomes count: ShortLived is counted besides Established, the beginnings besides all.
bool is_attempt_begin(ConnectOutcome outcome);
bool is_attempt_end(ConnectOutcome outcome);
bool is_attempt_failure(ConnectOutcome outcome);

}  // namespace culprit
