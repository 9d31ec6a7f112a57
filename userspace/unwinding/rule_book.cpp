// SPDX-License-Identifier: Apache-2.0
#include "unwinding/rule_book.h"

#include <algorithm>
#include <cassert>

namespace culprit {

RuleBook::RuleBook(std::size_t capacity)
    : capacity_(std::min<std::size_t>(capacity, CULPRIT_UNWIND_MAX_RULES)) {
  entries_.push_back({.users = 1});
  known_.emplace(UnwindRule{}, std::uint16_t{0});
}

Result<RuleBook::Numbers> RuleBook::add(std::span<const UnwindRule> rules) {
  Numbers result;
  for (const UnwindRule& rule : rules) {
    const auto known = known_.find(rule);
    if (known == known_.end() && full()) {
      remove(result.numbers);
      return Error("no room for more unwind rules");
    }
    std::uint16_t number = 0;
    if (known == known_.end()) {
      number = write(rule);
      result.added.push_back(number);
    } else {
      number = known->second;
    }
    ++entries_[number].users;
    result.numbers.push_back(number);
  }
  return result;
}

std::uint16_t RuleBook::write(const UnwindRule& rule) {
  auto number = static_cast<std::uint16_t>(entries_.size());
  if (entries_.size() < capacity_) {
    entries_.push_back({.rule = rule});
  } else {
    number = free_.front();
    free_.pop_front();
    entries_[number].rule = rule;
  }
  known_.emplace(rule, number);
  return number;
}

void RuleBook::remove(std::span<const std::uint16_t> numbers) {
  for (const std::uint16_t number : numbers) {
    Entry& entry = entries_[number];
    assert(entry.users > 0);
    --entry.users;
    if (entry.users == 0) {
      known_.erase(entry.rule);
      free_.push_back(number);
    }
  }
}

}  // namespace culprit
