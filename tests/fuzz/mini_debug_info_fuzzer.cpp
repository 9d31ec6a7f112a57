// SPDX-License-Identifier: Apache-2.0
// Any bytes as packed symbols.
#include <cstddef>
#include <cstdint>
#include <span>

#include "symbols/mini_debug_info.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMaxBytes = 1 << 20U;
  const auto unpacked = culprit::unpack_xz(std::as_bytes(std::span(data, size)), kMaxBytes);
  if (unpacked && unpacked->size() > kMaxBytes) {
    __builtin_trap();
  }
  return 0;
}
