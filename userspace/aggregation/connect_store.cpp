// SPDX-License-Identifier: Apache-2.0
#include "aggregation/connect_store.h"

#include <algorithm>
#include <functional>

#include "aggregation/counting.h"
#include "aggregation/limits.h"
#include "base/display_text.h"

namespace culprit {
namespace {

template <typename Key>
void add_to(std::map<Key, std::uint64_t>& counts, const Key& key, std::uint64_t count) {
  std::uint64_t& total = counts[key];
  total = saturating_sum(total, count);
}

template <typename Gaps>
void add_gaps(std::array<std::uint64_t, kGapBuckets>& sum, const Gaps& gaps) {
  for (std::size_t bucket = 0; bucket < sum.size(); ++bucket) {
    sum[bucket] = saturating_sum(sum[bucket], gaps[bucket]);
  }
}

void add_latency(std::chrono::nanoseconds& sum, std::chrono::nanoseconds latency) {
  const auto room = std::chrono::nanoseconds::max() - sum;
  sum += std::clamp(latency, std::chrono::nanoseconds(0), room);
}

void widen(KernelTime& first, KernelTime& last, KernelTime begin, KernelTime end) {
  if (begin != KernelTime{}) {
    first = first == KernelTime{} ? begin : std::min(first, begin);
  }
  last = std::max(last, end);
}

Endpoint other_endpoint(Protocol protocol) {
  return {.protocol = protocol, .network_namespace = 0, .address = "other destinations", .port = 0};
}

}  // namespace

bool is_attempt_begin(ConnectOutcome outcome) {
  return outcome == ConnectOutcome::Attempted || outcome == ConnectOutcome::DnsAsked;
}

bool is_attempt_end(ConnectOutcome outcome) {
  return !is_attempt_begin(outcome) && outcome != ConnectOutcome::ShortLived &&
         outcome != ConnectOutcome::Pending;
}

bool is_attempt_failure(ConnectOutcome outcome) {
  return is_attempt_end(outcome) && outcome != ConnectOutcome::Established &&
         outcome != ConnectOutcome::DnsAnswered;
}

std::size_t hash_of(const Endpoint& endpoint) {
  const std::size_t hash =
      mixed_hash(std::hash<std::string>{}(endpoint.address), endpoint.network_namespace);
  return mixed_hash(
      hash, (std::uint64_t{endpoint.port} << 8U) | static_cast<std::uint64_t>(endpoint.protocol));
}

std::size_t ConnectKeyHash::operator()(const ConnectKey& key) const {
  return mixed_hash(mixed_hash(hash_of(key.endpoint), key.cgroup.value()), key.pid.value());
}

void ConnectSide::merge(const ConnectSide& other) {
  count = saturating_sum(count, other.count);
  seconds.merge(other.seconds);
  add_gaps(gaps, other.gaps);
  stacks.merge(other.stacks);
}

void ConnectRow::add(const ConnectCount& counted, const EventStack& stack, std::uint32_t second) {
  add_to(outcomes, counted.outcome, counted.count);
  if (!counted.hostname.empty()) {
    count_text(hostnames, counted.hostname, counted.count, kNamesPerRowLimit);
  }
  widen(first, last, counted.first, counted.last);
  const bool begin = is_attempt_begin(counted.outcome);
  if (begin || is_attempt_end(counted.outcome)) {
    ConnectSide& side = begin ? begun : ended;
    side.count = saturating_sum(side.count, counted.count);
    side.seconds.add(second, counted.count);
    add_gaps(side.gaps, counted.gaps);
    side.stacks.add(stack, counted.count);
  }
  if (!begin && counted.error != 0) {
    add_to(errors, counted.error, counted.count);
  }
  if (is_attempt_end(counted.outcome)) {
    add_latency(latency_sum, counted.latency_sum);
  }
  if (is_attempt_failure(counted.outcome)) {
    failures.add(second, counted.count);
  }
}

void ConnectRow::merge(const ConnectRow& other) {
  for (const auto& [outcome, count] : other.outcomes) {
    add_to(outcomes, outcome, count);
  }
  for (const auto& [error, count] : other.errors) {
    add_to(errors, error, count);
  }
  for (const auto& [hostname, count] : other.hostnames) {
    count_text(hostnames, hostname, count, kNamesPerRowLimit);
  }
  begun.merge(other.begun);
  ended.merge(other.ended);
  failures.merge(other.failures);
  add_latency(latency_sum, other.latency_sum);
  widen(first, last, other.first, other.last);
}

ConnectStore::ConnectStore() : rows_(kConnectRowLimit) {}

void ConnectStore::add(const ConnectCount& count, CgroupRef cgroup, AddressSpaceId address_space,
                       std::uint32_t second) {
  const ConnectKey key{.cgroup = cgroup, .pid = count.pid, .endpoint = count.endpoint};
  const ConnectKey coarser{.cgroup = cgroup, .pid = Pid(0), .endpoint = count.endpoint};
  const ConnectKey coarsest{
      .cgroup = cgroup, .pid = Pid(0), .endpoint = other_endpoint(count.endpoint.protocol)};
  rows_.at(key, coarser, coarsest)
      .add(count, {.hash = count.stack, .pid = count.pid, .address_space = address_space}, second);
}

}  // namespace culprit
