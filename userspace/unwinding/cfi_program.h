// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "unwinding/architecture.h"
#include "unwinding/byte_cursor.h"
#include "unwinding/cfi_state.h"
#include "unwinding/common_entry.h"

namespace culprit {

/// Executes call frame instructions row by row: what they say about one stretch of code, then the
/// next. Knows all instructions of DWARF 5 and those that GNU tools add.
class CfiProgram {
 public:
  struct Code {
    std::span<const std::byte> instructions;
    std::uint64_t instructions_address = 0;
    std::uint64_t start = 0;  ///< first address that they speak of
  };

  /// The references outlive the program.
  CfiProgram(const CommonEntry& common, const UnwindArchitecture& architecture, const Code& code);

  /// Executes up to the end of the next row. False: there is no further one, because everything
  /// has been executed or, if malformed(), because the rest is not understood.
  bool next_row();

  /// Of the row: where it begins, and what holds there.
  [[nodiscard]] std::uint64_t row_start() const { return row_start_; }
  [[nodiscard]] const CfiState& state() const { return state_; }
  /// Where the next row begins; meaningless for the last one.
  [[nodiscard]] std::uint64_t row_end() const { return location_; }
  [[nodiscard]] bool last() const { return cursor_.left() == 0; }
  [[nodiscard]] bool malformed() const { return malformed_; }
  [[nodiscard]] std::uint64_t executed() const { return executed_; }

 private:
  void execute(unsigned instruction);
  void execute_extended(unsigned instruction);
  bool execute_location(unsigned instruction);
  bool execute_cfa(unsigned instruction);
  bool execute_register(unsigned instruction);
  bool execute_stack(unsigned instruction);

  void advance(std::uint64_t units);
  void set_register(std::uint64_t reg, const RegisterRule& rule);
  void set_cfa_offset(std::uint64_t reg, std::int64_t offset);
  void restore(std::uint64_t reg);
  RegisterRule* rule_of(CfiState& state, std::uint64_t reg) const;
  RegisterRule at_expression(RegisterRule::Kind kind);
  RegisterRule at_offset(RegisterRule::Kind kind, std::int64_t units);
  CfiExpression expression(bool begins_with_cfa);
  std::int64_t factored(std::int64_t units);
  std::int64_t signed_of(std::uint64_t number);
  void fail() { malformed_ = true; }

  const CommonEntry& common_;
  const UnwindArchitecture& architecture_;
  ByteCursor cursor_;
  std::uint64_t instructions_address_;
  std::uint64_t row_start_;
  std::uint64_t location_;
  CfiState state_;
  std::vector<CfiState> remembered_;
  std::uint64_t executed_ = 0;
  bool malformed_ = false;
};

}  // namespace culprit
