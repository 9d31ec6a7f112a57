// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "unwinding/unwind_table.h"

namespace culprit::test {

/// Registers and memory that do not exist but have a value everywhere, the same each time: two ways
/// of saying where something is agree when they come to the same values.
struct ImaginedMachine {
  std::uint64_t instruction_pointer = 0;

  [[nodiscard]] std::uint64_t reg(std::uint64_t number) const {
    return number == 16 ? instruction_pointer : 0x7fff'0000'0000U + number * 0x100'0000U;
  }
  static std::uint64_t word_at(std::uint64_t address) {
    return ((address ^ 0x5bd1'e995U) * 0x9E37'79B9'7F4A'7C15U) & 0x0000'7fff'ffff'fff8U;
  }
};

/// What a caller gets back.
struct UnwoundFrame {
  enum class Kind { Caller, Outermost, NoInformation, Unsupported };

  Kind kind = Kind::Caller;
  std::uint64_t cfa = 0;
  std::uint64_t return_address = 0;
  std::optional<std::uint64_t> frame_pointer;  ///< nothing: lost

  bool operator==(const UnwoundFrame&) const = default;
};

UnwoundFrame apply(const UnwindRule& rule, const ImaginedMachine& machine);

}  // namespace culprit::test
