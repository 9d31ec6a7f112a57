// SPDX-License-Identifier: Apache-2.0
// Any bytes as a message between the program and its symbol worker; what is understood must come
// out the same when it is sent on.
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

#include "symbols/worker_message.h"

namespace {

void check_query(std::span<const std::byte> message) {
  const auto query = culprit::decode_query(message);
  if (!query) {
    return;
  }
  const auto encoded = std::visit([](const auto& any) { return culprit::encode(any); }, *query);
  const auto again = culprit::decode_query(encoded);
  if (!again || again->index() != query->index()) {
    __builtin_trap();
  }
}

void check_answer(std::span<const std::byte> message) {
  if (const auto answer = culprit::decode_answer(message)) {
    const auto again = culprit::decode_answer(culprit::encode(*answer));
    if (!again || again->frames.size() != answer->frames.size()) {
      __builtin_trap();
    }
  }
  if (const auto answer = culprit::decode_read_answer(message)) {
    const auto again = culprit::decode_read_answer(culprit::encode(*answer));
    if (!again || again->content_bytes != answer->content_bytes) {
      __builtin_trap();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto message = std::as_bytes(std::span(data, size));
  check_query(message);
  check_answer(message);
  return 0;
}
