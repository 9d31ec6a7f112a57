// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtimes/v8/v8_heap.h"

namespace culprit {

/// Files and lines of scripts, and the names of functions.
class V8Scripts {
 public:
  explicit V8Scripts(V8Heap& heap) : heap_(heap) {}

  /// What a function is called and where it begins.
  struct Function {
    std::string name;
    V8Heap::Tagged script = 0;
    std::optional<std::int32_t> start;  ///< offset of a character in the script
  };
  /// `shared` is a SharedFunctionInfo; nothing when it is none.
  [[nodiscard]] std::optional<Function> function(V8Heap::Tagged shared);

  /// The script's name, "file://" cut off.
  [[nodiscard]] std::string file(V8Heap::Tagged script);
  /// From 1 on; 0: not known.
  [[nodiscard]] std::uint32_t line(V8Heap::Tagged script, std::int32_t offset);

 private:
  void read_scope(V8Heap::Tagged scope, Function& function);
  [[nodiscard]] std::vector<std::int32_t> line_ends(V8Heap::Tagged script);
  [[nodiscard]] std::vector<std::int32_t> counted_line_ends(V8Heap::Tagged source);

  V8Heap& heap_;
  std::unordered_map<V8Heap::Tagged, std::vector<std::int32_t>> line_ends_;
};

}  // namespace culprit
