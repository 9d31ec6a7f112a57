// SPDX-License-Identifier: Apache-2.0
// Any bytes as a perf map or a jitdump file; the first of them say which addresses are asked for.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "runtimes/jit/jit_reader.h"
#include "runtimes/jit/wanted_code.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::uint64_t> addresses(4);
  const std::size_t taken = std::min(size, addresses.size() * sizeof(std::uint64_t));
  std::memcpy(addresses.data(), data, taken);
  std::ranges::sort(addresses);
  const auto file = std::as_bytes(std::span(data, size)).subspan(taken);
  const auto content = culprit::read_jit_names(culprit::ByteSource::of_memory(file),
                                               culprit::WantedCode::question(addresses));
  if (content) {
    const auto answer = culprit::decode_answer(*content);
    if (!answer || answer->frames.size() > addresses.size()) {
      __builtin_trap();
    }
  }
  return 0;
}
