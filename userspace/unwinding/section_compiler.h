// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/result.h"
#include "symbols/byte_source.h"
#include "unwinding/architecture.h"
#include "unwinding/cfi_program.h"
#include "unwinding/code_ranges.h"
#include "unwinding/frame_sections.h"
#include "unwinding/limits.h"
#include "unwinding/row_collector.h"
#include "unwinding/unwind_table.h"

namespace culprit {

/// Reads sections of call frame information entry by entry and turns them into rows. Entries that
/// are not understood are counted and skipped; sections that come first are believed first.
class SectionCompiler {
 public:
  SectionCompiler(CodeRanges code, const UnwindArchitecture& architecture,
                  const UnwindLimits& limits);

  /// Error: the section cannot be read, or there is more than the limits allow.
  Status compile(const ByteSource& source, const FrameSection& section);
  UnwindTable take_table();

 private:
  /// The section that is being compiled.
  struct Reading {
    const FrameSection& section;
    ByteWindow functions;
    ByteWindow commons;
    /// By offset; empty ones are not understood, which need not be found out again.
    std::unordered_map<std::uint64_t, std::optional<CommonEntry>> known_commons;
  };

  Status compile_entries(Reading& reading);
  [[nodiscard]] Status within_limits() const;
  void compile_function(Reading& reading, const FrameRecord& record);
  const CommonEntry* common_at(Reading& reading, std::uint64_t offset);
  std::optional<CommonEntry> read_common(Reading& reading, std::uint64_t offset);
  void add_rows(const CommonEntry& common, const CodeRanges::Range& range,
                const CfiProgram::Code& code);

  CodeRanges code_;
  const UnwindArchitecture& architecture_;
  UnwindLimits limits_;
  RowCollector rows_;
  UnwindCounters counters_;
  std::uint64_t instructions_ = 0;
};

}  // namespace culprit
