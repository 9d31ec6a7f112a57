// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "unwinding/unwind_table.h"

namespace culprit {

/// Gathers what is said about functions, in any order, and makes one sorted table of it. Where two
/// functions overlap, the one that begins first is believed, of two that begin together the one
/// that came first.
class RowCollector {
 public:
  explicit RowCollector(std::size_t max_rules);

  /// What follows is about the code in [start, end), relative to the base address. Not empty.
  void begin_function(std::uint32_t start, std::uint32_t end);
  /// Addresses ascend within a function, the first is its start.
  void add_row(std::uint32_t address, const UnwindRule& rule);

  [[nodiscard]] std::size_t row_count() const { return rows_.size(); }

  /// The table of all that was added; `base` is the address to which addresses are relative.
  UnwindTable take_table(std::uint64_t base);

 private:
  struct Function {
    std::uint32_t start;
    std::uint32_t end;
    std::uint32_t first_row;
  };

  std::uint32_t number_of(const UnwindRule& rule);
  void append_function(const Function& function, std::uint32_t row_end, std::uint32_t from);
  void append(std::uint32_t address, std::uint32_t rule);

  std::size_t max_rules_;
  std::vector<Function> functions_;
  std::vector<UnwindRow> rows_;
  std::vector<UnwindRule> rules_;
  std::unordered_map<UnwindRule, std::uint32_t, HashOfRule, SameRule> numbers_;
  UnwindTable table_;
};

}  // namespace culprit
