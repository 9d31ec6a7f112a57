// SPDX-License-Identifier: Apache-2.0
#include "unwinding/cfi_program.h"

#include <limits>

#include "unwinding/cfi_expression.h"
#include "unwinding/pointer_encoding.h"

namespace culprit {
namespace {

using Kind = RegisterRule::Kind;

/// Compilers nest at most a few; files that want more are refused.
constexpr std::size_t kMaxRemembered = 64;

// DWARF 5, table 7.29; the top two bits, or all of them.
constexpr unsigned kAdvanceLoc = 0x40;
constexpr unsigned kOffset = 0x80;
constexpr unsigned kRestore = 0xc0;
constexpr unsigned kPrimary = 0xc0;
constexpr unsigned kOperand = 0x3f;
constexpr unsigned kNop = 0x00;
constexpr unsigned kSetLoc = 0x01;
constexpr unsigned kAdvanceLoc1 = 0x02;
constexpr unsigned kAdvanceLoc2 = 0x03;
constexpr unsigned kAdvanceLoc4 = 0x04;
constexpr unsigned kOffsetExtended = 0x05;
constexpr unsigned kRestoreExtended = 0x06;
constexpr unsigned kUndefined = 0x07;
constexpr unsigned kSameValue = 0x08;
constexpr unsigned kRegister = 0x09;
constexpr unsigned kRememberState = 0x0a;
constexpr unsigned kRestoreState = 0x0b;
constexpr unsigned kDefCfa = 0x0c;
constexpr unsigned kDefCfaRegister = 0x0d;
constexpr unsigned kDefCfaOffset = 0x0e;
constexpr unsigned kDefCfaExpression = 0x0f;
constexpr unsigned kExpression = 0x10;
constexpr unsigned kOffsetExtendedSf = 0x11;
constexpr unsigned kDefCfaSf = 0x12;
constexpr unsigned kDefCfaOffsetSf = 0x13;
constexpr unsigned kValOffset = 0x14;
constexpr unsigned kValOffsetSf = 0x15;
constexpr unsigned kValExpression = 0x16;
constexpr unsigned kAdvanceLoc8 = 0x1d;
/// Of arm64: whether the return address is signed changes here. Its bits are masked in any case.
constexpr unsigned kNegateReturnState = 0x2d;
constexpr unsigned kGnuArgsSize = 0x2e;
constexpr unsigned kGnuNegativeOffset = 0x2f;

}  // namespace

CfiProgram::CfiProgram(const CommonEntry& common, const UnwindArchitecture& architecture,
                       const Code& code)
    : common_(common),
      architecture_(architecture),
      cursor_(code.instructions),
      instructions_address_(code.instructions_address),
      row_start_(code.start),
      location_(code.start),
      state_(common.initial) {}

bool CfiProgram::next_row() {
  if (malformed_ || (last() && executed_ != 0)) {
    return false;
  }
  row_start_ = location_;
  while (!last() && location_ == row_start_) {
    execute(cursor_.number<std::uint8_t>());
    ++executed_;
    malformed_ = malformed_ || cursor_.failed();
    if (malformed_) {
      return false;
    }
  }
  executed_ += executed_ == 0 ? 1 : 0;
  return true;
}

void CfiProgram::execute(unsigned instruction) {
  const std::uint64_t operand = instruction & kOperand;
  switch (instruction & kPrimary) {
    case kAdvanceLoc:
      return advance(operand);
    case kOffset:
      return set_register(operand, at_offset(Kind::AtCfa, signed_of(cursor_.unsigned_number())));
    case kRestore:
      return restore(operand);
    default:
      return execute_extended(instruction);
  }
}

void CfiProgram::execute_extended(unsigned instruction) {
  const bool known = execute_cfa(instruction) || execute_location(instruction) ||
                     execute_stack(instruction) || execute_register(instruction);
  if (!known) {
    fail();
  }
}

bool CfiProgram::execute_location(unsigned instruction) {
  switch (instruction) {
    case kSetLoc: {
      const auto target =
          read_code_pointer(cursor_, common_.pointer_encoding, instructions_address_);
      if (!target || *target < location_) {
        fail();
      } else {
        location_ = *target;
      }
      return true;
    }
    case kAdvanceLoc1:
      advance(cursor_.number<std::uint8_t>());
      return true;
    case kAdvanceLoc2:
      advance(cursor_.number<std::uint16_t>());
      return true;
    case kAdvanceLoc4:
      advance(cursor_.number<std::uint32_t>());
      return true;
    case kAdvanceLoc8:
      advance(cursor_.number<std::uint64_t>());
      return true;
    default:
      return false;
  }
}

bool CfiProgram::execute_cfa(unsigned instruction) {
  CfaRule& cfa = state_.cfa;
  switch (instruction) {
    case kDefCfa: {
      const std::uint64_t reg = cursor_.unsigned_number();
      set_cfa_offset(reg, signed_of(cursor_.unsigned_number()));
      return true;
    }
    case kDefCfaSf: {
      const std::uint64_t reg = cursor_.unsigned_number();
      set_cfa_offset(reg, factored(cursor_.signed_number()));
      return true;
    }
    case kDefCfaRegister:
      set_cfa_offset(cursor_.unsigned_number(), cfa.offset);
      return true;
    case kDefCfaOffset:
      set_cfa_offset(cfa.reg, signed_of(cursor_.unsigned_number()));
      return true;
    case kDefCfaOffsetSf:
      set_cfa_offset(cfa.reg, factored(cursor_.signed_number()));
      return true;
    case kDefCfaExpression:
      // The register and its offset survive: some assembly goes back to them.
      cfa.kind = CfaRule::Kind::Expression;
      cfa.expression = expression(/*begins_with_cfa=*/false);
      return true;
    default:
      return false;
  }
}

bool CfiProgram::execute_register(unsigned instruction) {
  // Every one of these begins with the number of the register.
  const std::uint64_t reg = cursor_.unsigned_number();
  switch (instruction) {
    case kOffsetExtended:
      set_register(reg, at_offset(Kind::AtCfa, signed_of(cursor_.unsigned_number())));
      return true;
    case kOffsetExtendedSf:
      set_register(reg, at_offset(Kind::AtCfa, cursor_.signed_number()));
      return true;
    case kGnuNegativeOffset:
      set_register(reg, at_offset(Kind::AtCfa, -signed_of(cursor_.unsigned_number())));
      return true;
    case kValOffset:
      set_register(reg, at_offset(Kind::CfaPlus, signed_of(cursor_.unsigned_number())));
      return true;
    case kValOffsetSf:
      set_register(reg, at_offset(Kind::CfaPlus, cursor_.signed_number()));
      return true;
    case kExpression:
      set_register(reg, at_expression(Kind::AtExpression));
      return true;
    case kValExpression:
      set_register(reg, at_expression(Kind::IsExpression));
      return true;
    case kRestoreExtended:
      restore(reg);
      return true;
    case kUndefined:
      set_register(reg, {.kind = Kind::Undefined});
      return true;
    case kSameValue:
      set_register(reg, {.kind = Kind::Same});
      return true;
    case kRegister:
      set_register(reg, {.kind = Kind::InRegister, .reg = cursor_.unsigned_number()});
      return true;
    default:
      return false;
  }
}

bool CfiProgram::execute_stack(unsigned instruction) {
  switch (instruction) {
    case kNop:
      return true;
    case kNegateReturnState:
      return architecture_.return_in_link_register;
    case kGnuArgsSize:
      cursor_.unsigned_number();
      return true;
    case kRememberState:
      if (remembered_.size() >= kMaxRemembered) {
        fail();
      } else {
        remembered_.push_back(state_);
      }
      return true;
    case kRestoreState:
      if (remembered_.empty()) {
        fail();
      } else {
        state_ = remembered_.back();
        remembered_.pop_back();
      }
      return true;
    default:
      return false;
  }
}

void CfiProgram::advance(std::uint64_t units) {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(units, common_.code_alignment, &bytes) ||
      __builtin_add_overflow(location_, bytes, &location_)) {
    fail();
  }
}

void CfiProgram::set_register(std::uint64_t reg, const RegisterRule& rule) {
  if (RegisterRule* const target = rule_of(state_, reg)) {
    *target = rule;
  }
}

void CfiProgram::set_cfa_offset(std::uint64_t reg, std::int64_t offset) {
  state_.cfa = {.kind = CfaRule::Kind::RegisterOffset, .reg = reg, .offset = offset};
}

void CfiProgram::restore(std::uint64_t reg) {
  CfiState initial = common_.initial;
  if (const RegisterRule* const rule = rule_of(initial, reg)) {
    set_register(reg, *rule);
  }
}

RegisterRule* CfiProgram::rule_of(CfiState& state, std::uint64_t reg) const {
  if (reg == common_.return_register) {
    return &state.return_address;
  }
  if (reg == architecture_.frame_pointer) {
    return &state.frame_pointer;
  }
  return reg == architecture_.stack_pointer ? &state.stack_pointer : nullptr;
}

RegisterRule CfiProgram::at_offset(RegisterRule::Kind kind, std::int64_t units) {
  return {.kind = kind, .offset = factored(units)};
}

RegisterRule CfiProgram::at_expression(RegisterRule::Kind kind) {
  return {.kind = kind, .expression = expression(/*begins_with_cfa=*/true)};
}

CfiExpression CfiProgram::expression(bool begins_with_cfa) {
  const auto bytes = cursor_.take(cursor_.unsigned_number());
  return understand_expression(bytes, architecture_, begins_with_cfa);
}

std::int64_t CfiProgram::factored(std::int64_t units) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(units, common_.data_alignment, &product)) {
    fail();
  }
  return product;
}

std::int64_t CfiProgram::signed_of(std::uint64_t number) {
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    fail();
    return 0;
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace culprit
