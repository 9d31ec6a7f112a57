// SPDX-License-Identifier: Apache-2.0
// Any image of a heap of V8 (tests/unit/runtimes/v8_heap_image.h): what its frames are called.
#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>

#include "unit/runtimes/v8_heap_image.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream text(std::string(reinterpret_cast<const char*>(data), size));
  culprit::V8HeapImage image = culprit::read_v8_heap_image(text);
  auto layout = culprit::layout_of(image.constants);
  if (!layout || image.frames.size() > culprit::kMaxV8Frames) {
    return 0;
  }
  layout->bytecode_sizes = image.sizes;
  const auto question = culprit::v8_question(*layout, image.frames);
  const auto answer =
      culprit::read_v8_memory(culprit::ByteSource::of_process(image.memory.get()), question);
  if (answer) {
    const auto names = culprit::v8_names_in(*answer);
    if (!names || names->size() != image.frames.size()) {
      __builtin_trap();
    }
  }
  return 0;
}
