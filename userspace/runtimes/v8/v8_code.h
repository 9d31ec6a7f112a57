// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "runtimes/v8/v8_heap.h"

namespace culprit {

/// Compiled code, found from an address in it.
struct V8Code {
  V8Heap::Tagged object = 0;  ///< the Code
  std::uint64_t start = 0;    ///< of its instructions
  std::uint64_t size = 0;
  std::int32_t kind = 0;
};

/// Finds the objects before instructions: V8 puts a header in front of each piece of code, which
/// leads to an object that says where the instructions begin. Both directions are checked.
class V8CodeFinder {
 public:
  explicit V8CodeFinder(V8Heap& heap) : heap_(heap) {}

  [[nodiscard]] std::optional<V8Code> find(std::uint64_t address);

 private:
  [[nodiscard]] std::optional<V8Code> code_at(std::uint64_t start, std::uint64_t map,
                                              std::uint64_t pointer);

  V8Heap& heap_;
  std::vector<V8Code> found_;
};

}  // namespace culprit
