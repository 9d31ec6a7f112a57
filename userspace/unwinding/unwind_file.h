// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"
#include "unwinding/unwind_table.h"

namespace culprit {

/// A part of a file that is mapped as code.
struct CodeSegment {
  std::uint64_t file_offset = 0;
  std::uint64_t size = 0;
  std::uint64_t address = 0;  ///< in the file's own addresses

  bool operator==(const CodeSegment&) const = default;
};

/// What unwinding needs to know of one file.
struct UnwindFile {
  std::vector<CodeSegment> code;
  UnwindTable table;
};

/// Address in the process minus address in the table, for a mapping that begins at `start`. Nothing
/// when the file has no code at that offset.
std::optional<std::uint64_t> bias_of(std::span<const CodeSegment> code,
                                     std::uint64_t lowest_address, std::uint64_t start,
                                     std::uint64_t file_offset);

Result<UnwindFile> read_unwind_file(const ByteSource& source);

/// What the process without rights makes of a file (a FileReader of symbols/).
Result<std::vector<std::byte>> build_unwind_file_answer(const ByteSource& source);
/// Nothing in the answer is trusted.
Result<UnwindFile> decode_unwind_file_answer(std::span<const std::byte> answer);

}  // namespace culprit
