// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/connect_reader.h"

#include <algorithm>

#include "probes/syscalls/endpoint_text.h"

namespace culprit {

static_assert(CULPRIT_GAP_BUCKETS == kGapBuckets);

ConnectCount decode(const culprit_connect_key& key, const culprit_connect_value& value,
                    KernelTime now, NameBook& names) {
  ConnectCount sample{.until = now,
                      .cgroup = CgroupId(key.cgroup_id),
                      .pid = Pid(key.pid),
                      .endpoint = endpoint_of(key.endpoint, names),
                      .hostname = names.name(key.name_hash),
                      .outcome = static_cast<ConnectOutcome>(key.outcome),
                      .error = static_cast<std::uint16_t>(key.error),
                      .stack = StackHash(key.stack_hash),
                      .by_call = key.by_call != 0,
                      .count = value.count,
                      .first = from_ktime_ns(value.first_ns),
                      .last = from_ktime_ns(value.last_ns),
                      .latency_sum = std::chrono::nanoseconds(value.latency_sum_ns)};
  std::copy(std::begin(value.gaps), std::end(value.gaps), sample.gaps.begin());
  return sample;
}

Status ConnectReader::read(KernelTime now, SampleSink& sink) {
  return connects_.drain([&](const culprit_connect_key& key, const culprit_connect_value& value) {
    sink.accept(decode(key, value, now, names_));
  });
}

}  // namespace culprit
