// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "aggregation/bounded_rows.h"
#include "aggregation/cgroup_table.h"
#include "aggregation/event_stacks.h"
#include "aggregation/second_counts.h"
#include "samples/activity.h"

namespace culprit {

struct ExchangeKey {
  CgroupRef cgroup;
  Pid pid;  ///< 0: of threads that found no room
  Tid tid;
  bool client = false;
  Endpoint endpoint;

  bool operator==(const ExchangeKey&) const = default;
};

struct ExchangeKeyHash {
  std::size_t operator()(const ExchangeKey& key) const;
};

/// Requests and responses of one thread with one peer, all connections together.
struct ExchangeRow {
  std::uint64_t exchanges = 0, same_sizes = 0, sent_bytes = 0, received_bytes = 0;
  /// Sizes of the connection with the most exchanges in one reading.
  std::uint32_t request_bytes = 0, response_bytes = 0;
  std::uint64_t exchanges_of_sizes = 0;
  SecondCounts seconds;
  EventStacks stacks;

  void add(const ExchangeCount& count, const EventStack& stack, std::uint32_t second);
  void merge(const ExchangeRow& other);
};

/// Collects exchanges. Beyond the limit rows lose their thread, then their peer.
class ExchangeStore {
 public:
  ExchangeStore();

  void add(const ExchangeCount& count, CgroupRef cgroup, AddressSpaceId address_space,
           std::uint32_t second);

  [[nodiscard]] const BoundedRows<ExchangeKey, ExchangeRow, ExchangeKeyHash>& rows() const {
    return rows_;
  }

 private:
  BoundedRows<ExchangeKey, ExchangeRow, ExchangeKeyHash> rows_;
};

}  // namespace culprit
