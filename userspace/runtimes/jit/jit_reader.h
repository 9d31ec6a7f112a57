// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"

namespace culprit {

/// Run in the worker: names of addresses (WantedCode::question()) from what a process wrote about
/// the code it made, a perf map or a jitdump file; answers an encoded SymbolAnswer.
Result<std::vector<std::byte>> read_jit_names(const ByteSource& file,
                                              std::span<const std::byte> question);

}  // namespace culprit
