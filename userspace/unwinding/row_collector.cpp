// SPDX-License-Identifier: Apache-2.0
#include "unwinding/row_collector.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "unwinding/rule_compiler.h"

namespace culprit {
namespace {

constexpr std::uint32_t kGapRule = 0;
constexpr std::uint32_t kUnsupportedRule = 1;

}  // namespace

RowCollector::RowCollector(std::size_t max_rules) : max_rules_(max_rules) {
  number_of(UnwindRule{});
  number_of(unsupported_rule());
}

void RowCollector::begin_function(std::uint32_t start, std::uint32_t end) {
  functions_.push_back(
      {.start = start, .end = end, .first_row = static_cast<std::uint32_t>(rows_.size())});
}

void RowCollector::add_row(std::uint32_t address, const UnwindRule& rule) {
  const std::uint32_t number = number_of(rule);
  const bool same_as_before =
      rows_.size() > functions_.back().first_row && rows_.back().rule == number;
  if (!same_as_before) {
    rows_.push_back({.address = address, .rule = number});
  }
}

std::uint32_t RowCollector::number_of(const UnwindRule& rule) {
  if (const auto known = numbers_.find(rule); known != numbers_.end()) {
    return known->second;
  }
  if (rules_.size() >= max_rules_) {
    return kUnsupportedRule;
  }
  const auto number = static_cast<std::uint32_t>(rules_.size());
  rules_.push_back(rule);
  numbers_.emplace(rule, number);
  return number;
}

UnwindTable RowCollector::take_table(std::uint64_t base) {
  // Where each function's rows end has to be known before their order changes.
  std::vector<std::pair<Function, std::uint32_t>> ordered;
  ordered.reserve(functions_.size());
  for (std::size_t index = 0; index < functions_.size(); ++index) {
    const bool last = index + 1 == functions_.size();
    const std::size_t row_end = last ? rows_.size() : functions_[index + 1].first_row;
    ordered.emplace_back(functions_[index], static_cast<std::uint32_t>(row_end));
  }
  std::ranges::sort(ordered, {}, [](const auto& entry) {
    return std::tuple(entry.first.start, entry.first.first_row);
  });
  std::uint32_t covered = ordered.empty() ? 0 : ordered.front().first.start;
  const std::uint32_t lowest = covered;
  table_.rows.reserve(rows_.size() + rows_.size() / 8);
  for (const auto& [function, row_end] : ordered) {
    if (function.end <= covered) {
      ++table_.counters.functions_repeated;
      continue;
    }
    if (function.start > covered) {
      append(covered, kGapRule);
    }
    append_function(function, row_end, std::max(covered, function.start));
    covered = function.end;
  }
  if (!table_.rows.empty()) {
    append(covered, kGapRule);
  }
  for (UnwindRow& row : table_.rows) {
    row.address -= lowest;
    table_.counters.unsupported_rows += row.rule == kUnsupportedRule ? 1 : 0;
  }
  table_.lowest_address = base + lowest;
  table_.rules = std::move(rules_);
  return std::move(table_);
}

/// Of the function's rows those that reach beyond `from`.
void RowCollector::append_function(const Function& function, std::uint32_t row_end,
                                   std::uint32_t from) {
  for (std::uint32_t index = function.first_row; index < row_end; ++index) {
    const std::uint32_t end = index + 1 < row_end ? rows_[index + 1].address : function.end;
    if (end > from) {
      append(std::max(rows_[index].address, from), rows_[index].rule);
    }
  }
}

void RowCollector::append(std::uint32_t address, std::uint32_t rule) {
  std::vector<UnwindRow>& rows = table_.rows;
  if (rows.empty() || rows.back().rule != rule) {
    rows.push_back({.address = address, .rule = rule});
  }
}

}  // namespace culprit
