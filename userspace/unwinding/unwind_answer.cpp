// SPDX-License-Identifier: Apache-2.0
#include "unwinding/unwind_answer.h"

#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "unwinding/build_table.h"
#include "unwinding/byte_cursor.h"

namespace culprit {
namespace {

constexpr std::uint32_t kAnswerMark = 0x31545543;
constexpr std::uint8_t kRegisters = 32;

/// Followed by the rules, the addresses of all rows, and the rules' indices of all rows.
struct AnswerHeader {
  std::uint32_t mark = kAnswerMark;
  std::uint32_t rule_count = 0;
  std::uint64_t row_count = 0;
  std::uint64_t lowest_address = 0;
  UnwindCounters counters;
};
static_assert(std::has_unique_object_representations_v<AnswerHeader>);

constexpr std::size_t kBytesPerRow = sizeof(std::uint32_t) + sizeof(std::uint16_t);

template <typename Value>
void append(std::vector<std::byte>& bytes, const Value& value) {
  const auto raw = std::as_bytes(std::span(&value, 1));
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

bool is_known(const UnwindRule& rule) {
  return rule.cfa <= CULPRIT_CFA_UNSUPPORTED && rule.frame_pointer <= CULPRIT_REGISTER_UNDEFINED &&
         rule.return_address <= CULPRIT_RETURN_IN_REGISTER && rule.leaf_register < kRegisters;
}

bool rules_are_valid(const std::vector<UnwindRule>& rules) {
  for (const UnwindRule& rule : rules) {
    if (!is_known(rule)) {
      return false;
    }
  }
  return !rules.empty() && same_rule(rules.front(), UnwindRule{});
}

/// As UnwindTable describes them.
bool rows_are_valid(const UnwindTable& table) {
  const UnwindRow* before = nullptr;
  for (const UnwindRow& row : table.rows) {
    const bool follows = before == nullptr
                             ? row.address == 0
                             : row.address > before->address && row.rule != before->rule;
    if (!follows || row.rule >= table.rules.size() || row.address == CULPRIT_UNWIND_UNUSED) {
      return false;
    }
    before = &row;
  }
  return before == nullptr || before->rule == 0;
}

}  // namespace

std::vector<std::byte> encode_unwind_table(const UnwindTable& table) {
  std::vector<std::byte> bytes;
  bytes.reserve(sizeof(AnswerHeader) + table.rules.size() * sizeof(UnwindRule) +
                table.rows.size() * kBytesPerRow);
  append(bytes, AnswerHeader{.rule_count = static_cast<std::uint32_t>(table.rules.size()),
                             .row_count = table.rows.size(),
                             .lowest_address = table.lowest_address,
                             .counters = table.counters});
  for (const UnwindRule& rule : table.rules) {
    append(bytes, rule);
  }
  for (const UnwindRow& row : table.rows) {
    append(bytes, row.address);
  }
  for (const UnwindRow& row : table.rows) {
    append(bytes, static_cast<std::uint16_t>(row.rule));
  }
  return bytes;
}

Result<std::vector<std::byte>> build_unwind_answer(const ByteSource& source,
                                                   const UnwindLimits& limits) {
  auto table = build_unwind_table(source, limits);
  if (!table) {
    return std::move(table).error();
  }
  return encode_unwind_table(*table);
}

Result<UnwindTable> decode_unwind_answer(std::span<const std::byte> answer,
                                         const UnwindLimits& limits) {
  ByteCursor cursor(answer);
  const auto header = cursor.number<AnswerHeader>();
  if (cursor.failed() || header.mark != kAnswerMark) {
    return Error("not an answer about unwinding");
  }
  if (header.rule_count > limits.max_rules || header.row_count > limits.max_rows) {
    return Error("an answer about unwinding is larger than what is accepted");
  }
  const std::size_t rule_bytes = header.rule_count * sizeof(UnwindRule);
  if (cursor.left() != rule_bytes + header.row_count * kBytesPerRow) {
    return Error("an answer about unwinding is not as long as it says");
  }
  UnwindTable table{.lowest_address = header.lowest_address, .counters = header.counters};
  table.rules.resize(header.rule_count);
  for (UnwindRule& rule : table.rules) {
    rule = cursor.number<UnwindRule>();
  }
  table.rows.resize(header.row_count);
  for (UnwindRow& row : table.rows) {
    row.address = cursor.number<std::uint32_t>();
  }
  for (UnwindRow& row : table.rows) {
    row.rule = cursor.number<std::uint16_t>();
  }
  if (!rules_are_valid(table.rules) || !rows_are_valid(table)) {
    return Error("an answer about unwinding contradicts itself");
  }
  return table;
}

}  // namespace culprit
