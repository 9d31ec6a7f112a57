// SPDX-License-Identifier: Apache-2.0
#include "unwinding/section_compiler.h"

#include <algorithm>
#include <utility>

#include "unwinding/common_entry.h"
#include "unwinding/pointer_encoding.h"
#include "unwinding/rule_compiler.h"

namespace culprit {
namespace {

using RecordKind = FrameRecord::Kind;

/// No entry is longer than a window. Common entries have one of their own, for they are read in
/// whatever order functions refer to them.
constexpr std::size_t kFunctionWindowBytes = 65536;
constexpr std::size_t kCommonWindowBytes = 4096;
/// Of which most files have a handful, but an unlinked .debug_frame one for each function.
constexpr std::size_t kMaxKnownCommons = 4096;

ByteWindow window_of(const ByteSource& source, const FrameSection& section,
                     std::size_t window_bytes) {
  if (section.inflated.empty()) {
    return {source, section.file_offset, section.size, window_bytes};
  }
  return {ByteSource::of_memory(section.inflated), 0, section.size, window_bytes};
}

}  // namespace

SectionCompiler::SectionCompiler(CodeRanges code, const UnwindArchitecture& architecture,
                                 const UnwindLimits& limits)
    : code_(std::move(code)),
      architecture_(architecture),
      limits_(limits),
      rows_(limits.max_rules) {}

Status SectionCompiler::compile(const ByteSource& source, const FrameSection& section) {
  Reading reading{.section = section,
                  .functions = window_of(source, section, kFunctionWindowBytes),
                  .commons = window_of(source, section, kCommonWindowBytes),
                  .known_commons = {}};
  auto compiled = compile_entries(reading);
  if (compiled && (reading.functions.unreadable() || reading.commons.unreadable())) {
    return Error("call frame information cannot be read: the file has changed");
  }
  return compiled;
}

Status SectionCompiler::compile_entries(Reading& reading) {
  const FrameSection& section = reading.section;
  std::uint64_t offset = 0;
  while (offset < section.size) {
    const FrameRecord record = read_frame_record(reading.functions, offset, section.kind);
    const bool terminated = record.kind == RecordKind::Terminator && section.ends_at_terminator;
    if (record.kind == RecordKind::End || record.kind == RecordKind::Malformed) {
      ++counters_.malformed_entries;
    } else if (record.kind == RecordKind::Function) {
      compile_function(reading, record);
    }
    if (record.kind == RecordKind::End || terminated) {
      break;
    }
    offset = record.next;
    if (auto within = within_limits(); !within) {
      return within;
    }
  }
  counters_.section_bytes += std::min(offset, section.size);
  return Success{};
}

Status SectionCompiler::within_limits() const {
  if (counters_.functions > limits_.max_functions) {
    return Error("call frame information of more functions than are kept");
  }
  if (rows_.row_count() > limits_.max_rows) {
    return Error("call frame information of more rows than are kept");
  }
  if (instructions_ > limits_.max_instructions) {
    return Error("call frame information that takes too long to execute");
  }
  return Success{};
}

void SectionCompiler::compile_function(Reading& reading, const FrameRecord& record) {
  const CommonEntry* const common = common_at(reading, record.common_offset);
  if (common == nullptr) {
    ++counters_.malformed_entries;
    return;
  }
  const std::uint64_t body_address = reading.section.address + record.body_offset;
  ByteCursor cursor(record.body);
  const auto start = read_code_pointer(cursor, common->pointer_encoding, body_address);
  const auto length = read_code_length(cursor, common->pointer_encoding);
  if (common->has_augmentation_data) {
    cursor.take(cursor.unsigned_number());
  }
  if (!start || !length || cursor.failed()) {
    ++counters_.malformed_entries;
    return;
  }
  const auto range = code_.clip(*start, *length);
  if (!range) {
    ++counters_.functions_outside;
    return;
  }
  ++counters_.functions;
  const std::uint64_t instructions_address = body_address + cursor.position();
  add_rows(*common, *range,
           {.instructions = cursor.take(cursor.left()),
            .instructions_address = instructions_address,
            .start = *start});
}

const CommonEntry* SectionCompiler::common_at(Reading& reading, std::uint64_t offset) {
  auto& known = reading.known_commons;
  auto found = known.find(offset);
  if (found == known.end()) {
    if (known.size() >= kMaxKnownCommons) {
      known.clear();
    }
    found = known.emplace(offset, read_common(reading, offset)).first;
  }
  return found->second ? &*found->second : nullptr;
}

std::optional<CommonEntry> SectionCompiler::read_common(Reading& reading, std::uint64_t offset) {
  if (offset >= reading.section.size) {
    return std::nullopt;
  }
  const FrameRecord record = read_frame_record(reading.commons, offset, reading.section.kind);
  if (record.kind != RecordKind::Common) {
    return std::nullopt;
  }
  auto parsed = parse_common_entry(record, reading.section.address);
  if (!parsed) {
    return std::nullopt;
  }
  const CommonEntry before = parsed->entry;
  CfiProgram program(before, architecture_, {.instructions = parsed->instructions});
  while (program.next_row()) {
  }
  instructions_ += program.executed();
  if (program.malformed()) {
    return std::nullopt;
  }
  parsed->entry.initial = program.state();
  return parsed->entry;
}

void SectionCompiler::add_rows(const CommonEntry& common, const CodeRanges::Range& range,
                               const CfiProgram::Code& code) {
  const std::uint64_t end = code_.base() + range.end;
  const auto relative = [&](std::uint64_t address) {
    return static_cast<std::uint32_t>(address - code_.base());
  };
  rows_.begin_function(range.start, range.end);
  CfiProgram program(common, architecture_, code);
  while (program.next_row() && program.row_start() < end) {
    rows_.add_row(relative(program.row_start()),
                  compile_rule(program.state(), common, architecture_));
    if (program.row_end() >= end) {
      break;
    }
  }
  instructions_ += program.executed();
  if (program.malformed()) {
    ++counters_.malformed_entries;
    if (program.row_start() < end) {
      rows_.add_row(relative(program.row_start()), unsupported_rule());
    }
  }
}

UnwindTable SectionCompiler::take_table() {
  UnwindTable table = rows_.take_table(code_.base());
  counters_.functions_repeated = table.counters.functions_repeated;
  counters_.unsupported_rows = table.counters.unsupported_rows;
  table.counters = counters_;
  return table;
}

}  // namespace culprit
