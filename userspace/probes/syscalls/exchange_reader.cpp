// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/exchange_reader.h"

#include "probes/syscalls/endpoint_text.h"

namespace culprit {

ExchangeCount decode(const culprit_exchange_key& key, const culprit_exchange_value& value,
                     KernelTime now, NameBook& names) {
  return {.until = now,
          .cgroup = CgroupId(key.cgroup_id),
          .pid = Pid(key.pid),
          .tid = Tid(key.tid),
          .connection = key.connection,
          .endpoint = endpoint_of(value.endpoint, names),
          .client = value.role == CULPRIT_ROLE_CLIENT,
          .stack = StackHash(value.stack_hash),
          .exchanges = value.exchanges,
          .same_sizes = value.same_sizes,
          .sent_bytes = value.sent_bytes,
          .received_bytes = value.received_bytes,
          .request_bytes = value.request_bytes,
          .response_bytes = value.response_bytes};
}

Status ExchangeReader::read(KernelTime now, SampleSink& sink) {
  return exchanges_.drain(
      [&](const culprit_exchange_key& key, const culprit_exchange_value& value) {
        sink.accept(decode(key, value, now, names_));
      });
}

}  // namespace culprit
