// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "unwinding/unwind_table.h"

namespace culprit {

/// Numbers the rules of all tables, each once, and knows how many tables use it. Number 0 is that
/// of gaps and stays. A number that becomes free is given away again as late as possible, for a
/// walk that is under way may still meet it.
class RuleBook {
 public:
  /// The numbers of one table's rules, in their order.
  struct Numbers {
    std::vector<std::uint16_t> numbers;
    std::vector<std::uint16_t> added;  ///< those that the kernel part does not know yet
  };

  explicit RuleBook(std::size_t capacity = CULPRIT_UNWIND_MAX_RULES);

  /// Error: no room for the rules; none of them is kept then. Rules of a table differ.
  Result<Numbers> add(std::span<const UnwindRule> rules);
  /// Takes back what add() returned for a table.
  void remove(std::span<const std::uint16_t> numbers);

  [[nodiscard]] const UnwindRule& rule(std::uint16_t number) const { return entries_[number].rule; }
  /// Rules that are in use, that of gaps included.
  [[nodiscard]] std::size_t size() const { return known_.size(); }

 private:
  struct Entry {
    UnwindRule rule{};
    std::uint32_t users = 0;
  };

  [[nodiscard]] bool full() const { return free_.empty() && entries_.size() >= capacity_; }
  std::uint16_t write(const UnwindRule& rule);

  std::size_t capacity_;
  std::vector<Entry> entries_;
  std::deque<std::uint16_t> free_;
  std::unordered_map<UnwindRule, std::uint16_t, HashOfRule, SameRule> known_;
};

}  // namespace culprit
