// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "runtimes/v8/v8_layout.h"

namespace culprit {

/// A place in a script: in the outermost function of the code, or in one inlined into it.
struct V8Position {
  std::int32_t offset = 0;     ///< of a character in the script
  std::int32_t inlining = -1;  ///< index of a call that was inlined; -1: none

  bool operator==(const V8Position&) const = default;
  /// As V8 packs it into 64 bits; nothing when there is no script behind it.
  static std::optional<V8Position> unpack(std::uint64_t packed);
};

struct V8PositionEntry {
  std::int64_t code_offset = 0;
  V8Position position;
};

/// A table of source positions, as compilers of that V8 write them: sorted by offset in the code.
/// Bytes that make no sense end it.
std::vector<V8PositionEntry> source_positions(std::span<const std::uint8_t> table,
                                              const V8Layout& layout);

/// The bytecode that compiled code at `code_offset` stands for, from the table of a baseline
/// function: nothing when table and bytecodes do not fit each other. `return_address`: behind a
/// call.
std::optional<std::int32_t> baseline_bytecode(std::span<const std::uint8_t> table,
                                              std::span<const std::uint8_t> bytecodes,
                                              const V8BytecodeSizes& sizes,
                                              std::uint32_t code_offset, bool return_address);

}  // namespace culprit
