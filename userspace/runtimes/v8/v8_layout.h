// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"

namespace culprit {

/// The constants that a binary with V8 in it exports ("v8dbg_" cut off), and V8's version.
struct V8Constants {
  std::map<std::string, std::int32_t, std::less<>> values;
  std::int32_t major = 0;
  std::int32_t minor = 0;
};

/// Sizes of bytecodes for the three widths of their operands.
struct V8BytecodeSizes {
  std::uint32_t count = 0;  ///< of bytecodes; 0: not known
  std::array<std::array<std::uint8_t, 256>, 3> bytes{};
};

/// Where V8 keeps what, in one build of it. Offsets are from an object's beginning. A value that is
/// sent to the worker as it lies in memory.
struct V8Layout {
  std::int32_t major = 0;
  std::int32_t minor = 0;
  // Types, as maps name them.
  std::int32_t type_function = 0;
  std::int32_t type_shared = 0;
  std::int32_t type_shared_wrapper = 0;  ///< 0: there are none
  std::int32_t type_script = 0;
  std::int32_t type_scope = 0;
  std::int32_t type_code = 0;
  std::int32_t type_bytecode = 0;
  std::int32_t type_interpreter_data = 0;
  std::int32_t type_baseline_data = 0;  ///< 0: a baseline function refers to its code itself
  std::int32_t type_fixed_array = 0;
  std::int32_t first_nonstring = 0;
  // JSFunction, SharedFunctionInfo, Script.
  std::int32_t function_shared = 0;
  std::int32_t shared_data = 8;
  std::int32_t shared_name = 0;
  std::int32_t shared_script = 0;
  std::int32_t shared_counts = 0;
  std::int32_t script_source = 8;
  std::int32_t script_name = 0;
  std::int32_t script_line_offset = 0;
  std::int32_t script_line_ends = 0;
  // Frames: whether the number of arguments lies between the function and the bytecode.
  std::uint32_t frame_counts_arguments = 0;
  // ScopeInfo.
  std::int32_t scope_slots = 8;
  std::int32_t scope_locals = 2;
  std::int32_t scope_first_name = 3;
  std::int32_t scope_position = -1;  ///< slot of the start position; -1: after the names
  // BytecodeArray, InterpreterData.
  std::int32_t bytecode_data = 0;
  std::int32_t bytecode_positions = 0;
  std::int32_t interpreter_bytecode = 8;
  // Tables of source positions: what the first difference counts from, bits below the differences
  // of code offsets (0: they have a sign instead).
  std::int32_t positions_begin = 0;
  std::int32_t positions_flag_bits = 0;
  // Code: an object before the instructions, or one that both the instructions' header and the
  // functions point to.
  std::int32_t code_header = 0;   ///< bytes between that header and the first instruction
  std::int32_t code_pointer = 0;  ///< in the header; 0: the header is the Code
  std::int32_t code_start = 0;
  std::int32_t code_size = 0;
  std::int32_t code_flags = 0;
  std::int32_t code_kind_shift = 0;
  std::int32_t code_kind_mask = 15;
  std::int32_t code_deoptimization = 0;
  std::int32_t code_positions = 0;
  std::int32_t kind_baseline = -1;
  std::int32_t kind_regexp = -1;
  std::int32_t kind_first_optimized = -1;
  std::int32_t kind_last_optimized = -1;
  // Deoptimization data.
  std::int32_t deoptimization_count = 1;
  std::int32_t deoptimization_literals = 2;
  std::int32_t deoptimization_shared = 6;
  std::int32_t deoptimization_inlining = 7;
  // The built-ins' code in the file.
  std::uint64_t builtins_offset = 0;
  std::uint64_t builtins_size = 0;
  V8BytecodeSizes bytecode_sizes;
};

/// Error: a version that was never looked at, or a build that keeps its heap in another way; a
/// sentence.
Result<V8Layout> layout_of(const V8Constants& constants);

}  // namespace culprit
