// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "runtimes/v8/v8_layout.h"
#include "symbols/byte_source.h"

namespace culprit {

/// What a file's symbols say of the V8 in it. Addresses are the file's own.
struct V8Symbols {
  V8Constants constants;
  std::uint64_t builtins_start = 0;  ///< the built-ins' code
  std::uint64_t builtins_end = 0;
  V8BytecodeSizes bytecode_sizes;
};

/// Reads both symbol tables by windows. Error: not an ELF file of 64 bits, or V8 is not in it.
Result<V8Symbols> read_v8_symbols(const ByteSource& file);

}  // namespace culprit
