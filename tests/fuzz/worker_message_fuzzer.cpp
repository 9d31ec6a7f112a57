// SPDX-License-Identifier: Apache-2.0
// Any bytes as a message between the program and its symbol worker; what is understood must come
// out the same when it is sent on.
#include <cstddef>
#include <cstdint>
#include <span>

#include "symbols/worker_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = std::as_bytes(std::span(data, size));
  if (const auto query = culprit::decode_query(message)) {
    const auto again = culprit::decode_query(culprit::encode(*query));
    if (!again || again->file_offsets != query->file_offsets) {
      __builtin_trap();
    }
  }
  if (const auto answer = culprit::decode_answer(message)) {
    const auto again = culprit::decode_answer(culprit::encode(*answer));
    if (!again || again->frames.size() != answer->frames.size()) {
      __builtin_trap();
    }
  }
  return 0;
}
