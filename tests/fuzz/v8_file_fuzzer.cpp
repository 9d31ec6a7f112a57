// SPDX-License-Identifier: Apache-2.0
// Any bytes as a program with V8 in it.
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtimes/v8/v8_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = culprit::ByteSource::of_memory(std::as_bytes(std::span(data, size)));
  const auto content = culprit::read_v8_file(file, {});
  if (content && !culprit::v8_facts_in(*content)) {
    __builtin_trap();
  }
  return 0;
}
