// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "symbols/byte_source.h"
#include "unwinding/limits.h"
#include "unwinding/unwind_table.h"

namespace culprit {

/// Compiles the call frame information of a 64-bit ELF file. A table without rows: the file has
/// none. Error: not such a file, of a machine that is not known, unreadable, or over the limits.
/// What is wrong with single entries is counted.
Result<UnwindTable> build_unwind_table(const ByteSource& source, const UnwindLimits& limits = {});

}  // namespace culprit
