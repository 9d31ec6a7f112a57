// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "abi/unwind_table.h"

namespace culprit {

using UnwindRule = culprit_unwind_rule;

bool same_rule(const UnwindRule& left, const UnwindRule& right);

struct SameRule {
  bool operator()(const UnwindRule& left, const UnwindRule& right) const {
    return same_rule(left, right);
  }
};
struct HashOfRule {
  std::size_t operator()(const UnwindRule& rule) const noexcept;
};

/// From this address on, until the next row, this rule holds.
struct UnwindRow {
  std::uint32_t address = 0;  ///< relative to the table's lowest address
  std::uint32_t rule = 0;     ///< index in the table's rules

  bool operator==(const UnwindRow&) const = default;
};

/// What was found in a file, and what of it could not be used.
struct UnwindCounters {
  std::uint64_t section_bytes = 0;       ///< of .eh_frame and .debug_frame
  std::uint64_t functions = 0;           ///< frame description entries that became rows
  std::uint64_t malformed_entries = 0;   ///< entries that are not understood, in whole or in part
  std::uint64_t functions_outside = 0;   ///< of addresses where the file has no code
  std::uint64_t functions_repeated = 0;  ///< of addresses that another entry describes
  std::uint64_t unsupported_rows = 0;    ///< rows whose rule is CULPRIT_CFA_UNSUPPORTED

  bool operator==(const UnwindCounters&) const = default;
};

/// How to unwind the code of one file. Rows ascend, neighbours differ in their rule, the first has
/// address 0 and the last is a gap. Rule 0 is that of gaps. No rows: the file says nothing.
struct UnwindTable {
  std::uint64_t lowest_address = 0;  ///< in the file's own addresses
  std::vector<UnwindRow> rows;
  std::vector<UnwindRule> rules;
  UnwindCounters counters;

  /// The rule at an address of the file; that of gaps outside of all rows.
  [[nodiscard]] const UnwindRule& rule_at(std::uint64_t address) const;
};

}  // namespace culprit
