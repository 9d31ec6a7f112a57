// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"
#include "unwinding/limits.h"
#include "unwinding/unwind_table.h"

namespace culprit {

/// What a process without rights makes of a file: its unwind table as bytes. Errors are those of
/// build_unwind_table.
Result<std::vector<std::byte>> build_unwind_answer(const ByteSource& source,
                                                   const UnwindLimits& limits = {});

/// `table` is one that build_unwind_table or decode_unwind_answer made.
std::vector<std::byte> encode_unwind_table(const UnwindTable& table);

/// Error: the bytes are not such an answer, or it promises what UnwindTable does not allow. Whoever
/// made it is not trusted: a table that is returned can be laid out and looked up in.
Result<UnwindTable> decode_unwind_answer(std::span<const std::byte> answer,
                                         const UnwindLimits& limits = {});

}  // namespace culprit
