// SPDX-License-Identifier: Apache-2.0
// Any bytes as a file that may hold a Python interpreter.
#include <cstddef>
#include <cstdint>
#include <span>

#include "runtimes/python/python_facts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = culprit::ByteSource::of_memory(std::as_bytes(std::span(data, size)));
  const auto answer = culprit::read_python_file(file, {});
  if (answer && answer->size() != sizeof(culprit::PythonFacts)) {
    __builtin_trap();
  }
  return 0;
}
