// SPDX-License-Identifier: Apache-2.0
#include "aggregation/exchange_store.h"

#include "aggregation/connect_store.h"
#include "aggregation/counting.h"
#include "aggregation/limits.h"

namespace culprit {

std::size_t ExchangeKeyHash::operator()(const ExchangeKey& key) const {
  std::size_t hash = mixed_hash(hash_of(key.endpoint), key.cgroup.value());
  hash = mixed_hash(hash, key.pid.value());
  return mixed_hash(hash, (std::uint64_t{key.tid.value()} << 1U) | (key.client ? 1U : 0U));
}

void ExchangeRow::add(const ExchangeCount& count, const EventStack& stack, std::uint32_t second) {
  exchanges = saturating_sum(exchanges, count.exchanges);
  same_sizes = saturating_sum(same_sizes, count.same_sizes);
  sent_bytes = saturating_sum(sent_bytes, count.sent_bytes);
  received_bytes = saturating_sum(received_bytes, count.received_bytes);
  if (count.exchanges >= exchanges_of_sizes) {
    exchanges_of_sizes = count.exchanges;
    request_bytes = count.request_bytes;
    response_bytes = count.response_bytes;
  }
  seconds.add(second, count.exchanges);
  stacks.add(stack, count.exchanges);
}

void ExchangeRow::merge(const ExchangeRow& other) {
  exchanges = saturating_sum(exchanges, other.exchanges);
  same_sizes = saturating_sum(same_sizes, other.same_sizes);
  sent_bytes = saturating_sum(sent_bytes, other.sent_bytes);
  received_bytes = saturating_sum(received_bytes, other.received_bytes);
  if (other.exchanges_of_sizes >= exchanges_of_sizes) {
    exchanges_of_sizes = other.exchanges_of_sizes;
    request_bytes = other.request_bytes;
    response_bytes = other.response_bytes;
  }
  seconds.merge(other.seconds);
  stacks.merge(other.stacks);
}

ExchangeStore::ExchangeStore() : rows_(kExchangeRowLimit) {}

void ExchangeStore::add(const ExchangeCount& count, CgroupRef cgroup, AddressSpaceId address_space,
                        std::uint32_t second) {
  const ExchangeKey key{.cgroup = cgroup,
                        .pid = count.pid,
                        .tid = count.tid,
                        .client = count.client,
                        .endpoint = count.endpoint};
  ExchangeKey coarser = key;
  coarser.pid = Pid(0);
  coarser.tid = Tid(0);
  ExchangeKey coarsest = coarser;
  coarsest.endpoint = {.protocol = count.endpoint.protocol,
                       .network_namespace = 0,
                       .address = "other peers",
                       .port = 0};
  rows_.at(key, coarser, coarsest)
      .add(count, {.hash = count.stack, .pid = count.pid, .address_space = address_space}, second);
}

}  // namespace culprit
