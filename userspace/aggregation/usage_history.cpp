// SPDX-License-Identifier: Apache-2.0
#include "aggregation/usage_history.h"

#include <algorithm>

#include "aggregation/counting.h"
#include "aggregation/limits.h"

namespace culprit {
namespace {

template <typename Usage>
void extend(UsageSpan<Usage>& span, const Usage& usage) {
  if (usage.time >= span.last.time) {
    span.last = usage;
  } else if (usage.time < span.first.time) {
    span.first = usage;
  }
}

std::optional<Pressure> sum_of(const std::optional<Pressure>& left,
                               const std::optional<Pressure>& right) {
  if (!left || !right) {
    return right;
  }
  return Pressure{.some = left->some + right->some, .full = left->full + right->full};
}

CgroupUsage over_all_lives(const CgroupUsage& earlier, const CgroupUsage& now) {
  CgroupUsage whole = now;
  whole.cpu += earlier.cpu;
  whole.throttled += earlier.throttled;
  whole.periods = saturating_sum(whole.periods, earlier.periods);
  whole.throttled_periods = saturating_sum(whole.throttled_periods, earlier.throttled_periods);
  whole.major_faults = saturating_sum(whole.major_faults, earlier.major_faults);
  whole.io_bytes = saturating_sum(whole.io_bytes, earlier.io_bytes);
  whole.cpu_pressure = sum_of(earlier.cpu_pressure, now.cpu_pressure);
  whole.memory_pressure = sum_of(earlier.memory_pressure, now.memory_pressure);
  return whole;
}

}  // namespace

void UsageHistory::add(const HostUsage& usage) {
  if (host_) {
    extend(*host_, usage);
  } else {
    host_ = UsageSpan<HostUsage>{.first = usage, .last = usage};
  }
}

void UsageHistory::add(const CgroupUsage& usage) {
  const auto known = cgroups_.find(usage.cgroup);
  if (known == cgroups_.end()) {
    if (cgroups_.size() < kCgroupLimit) {
      CgroupSpan span;
      span.first = span.last = usage;
      cgroups_.emplace(usage.cgroup, span);
    } else {
      ++refused_;
    }
    return;
  }
  CgroupSpan& span = known->second;
  const CgroupUsage whole = over_all_lives(span.earlier_lives, usage);
  if (usage.time >= span.last.time && whole.cpu < span.last.cpu) {
    ++span.restarts;
    span.earlier_lives = span.last;
    span.last = over_all_lives(span.earlier_lives, usage);
  } else {
    extend<CgroupUsage>(span, whole);
  }
}

void UsageHistory::add(const CgroupEvent& event) {
  if (!event.created) {
    return;
  }
  if (created_.size() < kCgroupLimit) {
    created_.insert_or_assign(event.cgroup, event.time);
  }
  if (creations_.size() < kCreatedPathLimit || creations_.contains(event.path)) {
    CreationCount& count = creations_[event.path][event.hierarchy];
    count.first = count.times == 0 ? event.time : std::min(count.first, event.time);
    ++count.times;
  } else {
    ++refused_;
  }
}

const std::map<std::uint32_t, CreationCount>* UsageHistory::creations(
    const std::string& path) const {
  const auto known = creations_.find(path);
  return known == creations_.end() ? nullptr : &known->second;
}

std::optional<KernelTime> UsageHistory::created(CgroupId id) const {
  const auto known = created_.find(id);
  return known == created_.end() ? std::nullopt : std::optional(known->second);
}

void UsageHistory::add(const ListenQueue& queue) {
  const ListenKey key{
      .network_namespace = queue.network_namespace, .port = queue.port, .cgroup = queue.cgroup};
  const auto known = listening_.find(key);
  if (known == listening_.end()) {
    if (listening_.size() < kListenQueueLimit) {
      listening_.emplace(key, ListenSpan{.fullest = queue, .since = queue.time});
    } else {
      ++refused_;
    }
    return;
  }
  ListenSpan& span = known->second;
  span.since = std::min(span.since, queue.time);
  if (queue.waiting >= span.fullest.waiting) {
    span.fullest = queue;
  }
}

void UsageHistory::add(const SamplerTicks& ticks) {
  ticks_.until = std::max(ticks_.until, ticks.until);
  ticks_.expected = saturating_sum(ticks_.expected, ticks.expected);
  ticks_.idle = saturating_sum(ticks_.idle, ticks.idle);
  ticks_.delivered = saturating_sum(ticks_.delivered, ticks.delivered);
}

}  // namespace culprit
