// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace culprit {

/// A DWARF expression in the one shape that is understood: base + offset, or what is stored there
/// plus `extra`; or the expression of procedure linkage tables.
struct CfiExpression {
  enum class Base : std::uint8_t { NotUnderstood, Cfa, Register, PltEntry };

  Base base = Base::NotUnderstood;
  bool dereferenced = false;
  std::uint64_t reg = 0;
  std::int64_t offset = 0;
  std::int64_t extra = 0;  ///< PltEntry: bytes into the entry from which 8 more are on the stack
};

/// How the canonical frame address is found.
struct CfaRule {
  enum class Kind : std::uint8_t { Unset, RegisterOffset, Expression };

  Kind kind = Kind::Unset;
  std::uint64_t reg = 0;
  std::int64_t offset = 0;
  CfiExpression expression;
};

/// Where the caller's value of one register is.
struct RegisterRule {
  enum class Kind : std::uint8_t {
    Unspecified,
    Same,
    Undefined,
    AtCfa,         ///< stored at CFA + offset
    CfaPlus,       ///< is CFA + offset
    InRegister,    ///< is in `reg`
    AtExpression,  ///< stored where the expression says
    IsExpression   ///< is what the expression says
  };

  Kind kind = Kind::Unspecified;
  std::uint64_t reg = 0;
  std::int64_t offset = 0;
  CfiExpression expression;
};

/// What call frame instructions say about one address, as far as unwinding needs it.
struct CfiState {
  CfaRule cfa;
  RegisterRule frame_pointer;
  RegisterRule stack_pointer;
  RegisterRule return_address;
};

}  // namespace culprit
