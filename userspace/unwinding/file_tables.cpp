// SPDX-License-Identifier: Apache-2.0
#include "unwinding/file_tables.h"

#include <utility>

#include "unwinding/block_tree.h"

namespace culprit {
namespace {

constexpr std::uint64_t kFourGigabytes = std::uint64_t{1} << 32U;

bool has_table(const MadeTable& table) {
  return table.number < CULPRIT_UNWIND_MAX_TABLES;
}

/// Of no file, or the code of a 32-bit process, which frame pointers fit best.
bool has_no_file(const ExecutableRange& range) {
  return range.kind == MappingKind::Anonymous ||
         (range.kind == MappingKind::Vdso && range.start < kFourGigabytes);
}

}  // namespace

void FileTables::ask(const ExecutableRange& range, bool sampled) {
  if (has_no_file(range)) {
    return;
  }
  const FileId file = file_of(range);
  Entry& entry = entries_[file];
  if (entry.made || (entry.asked && (entry.sampled || !sampled))) {
    return;
  }
  entry.sampled = sampled;
  if (std::exchange(entry.asked, true)) {
    sides_.hurry(file);
    return;
  }
  if (!sides_.ask(file, sampled)) {
    entry.made = true;  // closed or never opened: frame pointers are what is left
  }
}

bool FileTables::has_none(const ExecutableRange& range) const {
  return mapping_of(range).table == CULPRIT_TABLE_NONE;
}

void FileTables::accept(const MadeTable& table) {
  Entry& entry = entries_[table.file];
  entry.made = true;
  entry.table = table;
  bytes_ += bytes_of(table.file);
}

void FileTables::evict(FileId file, const std::function<void(FileId)>& forgotten) {
  const auto known = entries_.find(file);
  if (known == entries_.end() || !known->second.made || !has_table(known->second.table)) {
    return;
  }
  bytes_ -= bytes_of(file);
  const std::uint32_t number = known->second.table.number;
  entries_.erase(known);
  forgotten(file);
  sides_.drop(number);
}

std::vector<FileId> FileTables::loaded() const {
  std::vector<FileId> files;
  for (const auto& [file, entry] : entries_) {
    if (entry.made && has_table(entry.table)) {
      files.push_back(file);
    }
  }
  return files;
}

std::uint64_t FileTables::bytes_of(FileId file) const {
  const auto known = entries_.find(file);
  return known == entries_.end() ? 0 : known->second.table.blocks.size_bytes();
}

culprit_unwind_mapping FileTables::mapping_of(const ExecutableRange& range) const {
  culprit_unwind_mapping mapping{.start = range.start,
                                 .end = range.end,
                                 .bias = 0,
                                 .table = CULPRIT_TABLE_PENDING,
                                 .middle_blocks = 0};
  if (has_no_file(range)) {
    mapping.table = CULPRIT_TABLE_JIT;
    return mapping;
  }
  const auto known = entries_.find(file_of(range));
  if (known == entries_.end() || !known->second.made) {
    return mapping;
  }
  const MadeTable& table = known->second.table;
  const auto bias = bias_of(table.code, table.lowest_address, range.start, range.file_offset);
  if (!has_table(table) || !bias) {
    mapping.table = CULPRIT_TABLE_NONE;
    return mapping;
  }
  mapping.bias = *bias;
  mapping.middle_blocks = table.middle_blocks;
  mapping.table = table.number;
  return mapping;
}

CodeFacts FileTables::code_at(const ExecutableRange& range, std::uint64_t address,
                              std::span<const culprit_unwind_rule> rules) const {
  const culprit_unwind_mapping mapping = mapping_of(range);
  switch (mapping.table) {
    case CULPRIT_TABLE_PENDING:
      return {.kind = CodeFacts::Kind::TablePending};
    case CULPRIT_TABLE_NONE:
      return {.kind = CodeFacts::Kind::NoTable};
    case CULPRIT_TABLE_JIT:
      return {.kind = CodeFacts::Kind::MadeAtRunTime};
    default:
      break;
  }
  const MadeTable& table = entries_.at(file_of(range)).table;
  const std::uint16_t number =
      find_rule_number(table.blocks, table.middle_blocks, address - mapping.bias);
  return {.kind = CodeFacts::Kind::TableRule, .rule = rules[number]};
}

}  // namespace culprit
