// SPDX-License-Identifier: Apache-2.0
#include "unwinding/rule_compiler.h"

#include <cstdint>
#include <limits>
#include <optional>

namespace culprit {
namespace {

using Base = CfiExpression::Base;
using Kind = RegisterRule::Kind;

constexpr std::uint64_t kRegisters = 32;
/// Where the kernel's signal frame keeps the stack pointer: struct ucontext begins at the stack
/// pointer, its registers 40 bytes into it, and the stack pointer is the sixteenth of them.
constexpr std::int64_t kSavedStackPointer = 40 + 15 * 8;

std::optional<std::int32_t> narrowed(std::int64_t number) {
  if (number < std::numeric_limits<std::int32_t>::min() ||
      number > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::int32_t>(number);
}

/// Builds one rule; every step may find that it cannot be expressed.
class RuleCompiler {
 public:
  RuleCompiler(const CfiState& state, const UnwindArchitecture& architecture)
      : state_(state), architecture_(architecture) {}

  UnwindRule compile() {
    const bool understood = compile_cfa() && compile_return_address() && keeps_stack_pointer();
    if (!understood) {
      return unsupported_rule();
    }
    compile_frame_pointer();
    return rule_;
  }

 private:
  bool compile_cfa() {
    const CfaRule& cfa = state_.cfa;
    if (cfa.kind == CfaRule::Kind::RegisterOffset) {
      return set_cfa(cfa_from(cfa.reg), cfa.offset, 0) && claim_leaf_register(cfa.reg);
    }
    if (cfa.kind != CfaRule::Kind::Expression) {
      return false;
    }
    const CfiExpression& expression = cfa.expression;
    if (expression.base == Base::PltEntry) {
      return set_cfa(CULPRIT_CFA_PLT, expression.offset, expression.extra);
    }
    if (expression.base != Base::Register) {
      return false;
    }
    if (!expression.dereferenced) {
      return set_cfa(cfa_from(expression.reg), expression.offset, 0) &&
             claim_leaf_register(expression.reg);
    }
    uses_extra_ = true;
    if (expression.reg == architecture_.stack_pointer) {
      return set_cfa(CULPRIT_CFA_READ_STACK, expression.offset, expression.extra);
    }
    return expression.reg == architecture_.frame_pointer &&
           set_cfa(CULPRIT_CFA_READ_FRAME, expression.offset, expression.extra);
  }

  [[nodiscard]] std::uint8_t cfa_from(std::uint64_t reg) const {
    if (reg == architecture_.stack_pointer) {
      return CULPRIT_CFA_STACK_POINTER;
    }
    return reg == architecture_.frame_pointer ? CULPRIT_CFA_FRAME_POINTER
                                              : CULPRIT_CFA_LEAF_REGISTER;
  }

  bool set_cfa(std::uint8_t cfa, std::int64_t offset, std::int64_t extra) {
    const auto narrow_offset = narrowed(offset);
    const auto narrow_extra = narrowed(extra);
    rule_.cfa = cfa;
    rule_.cfa_offset = narrow_offset.value_or(0);
    rule_.extra = narrow_extra.value_or(0);
    uses_extra_ = uses_extra_ || cfa == CULPRIT_CFA_PLT;
    return narrow_offset && narrow_extra;
  }

  /// There is room for one register besides the stack's and the frame's.
  bool claim_leaf_register(std::uint64_t reg) {
    if (rule_.cfa != CULPRIT_CFA_LEAF_REGISTER &&
        rule_.return_address != CULPRIT_RETURN_IN_REGISTER) {
      return true;
    }
    const bool free = !claimed_ || rule_.leaf_register == reg;
    if (reg >= kRegisters || !free) {
      return false;
    }
    claimed_ = true;
    rule_.leaf_register = static_cast<std::uint8_t>(reg);
    return true;
  }

  bool compile_return_address() {
    const RegisterRule& rule = state_.return_address;
    const bool unsaid = rule.kind == Kind::Unspecified || rule.kind == Kind::Same;
    if (unsaid && architecture_.return_in_link_register) {
      return return_in_register(kArm64LinkRegister);
    }
    if (rule.kind == Kind::InRegister) {
      return return_in_register(rule.reg);
    }
    const auto offset = offset_from_cfa(rule);
    if (!offset) {
      return false;
    }
    if (*offset == -8 && !architecture_.return_in_link_register) {
      rule_.return_address = CULPRIT_RETURN_BELOW_CFA;
      return true;
    }
    if (uses_extra_) {
      return false;
    }
    rule_.return_address = CULPRIT_RETURN_AT_CFA;
    rule_.extra = *offset;
    return true;
  }

  bool return_in_register(std::uint64_t reg) {
    rule_.return_address = CULPRIT_RETURN_IN_REGISTER;
    return claim_leaf_register(reg);
  }

  /// The caller's stack pointer is taken to be the CFA, as the psABIs say.
  [[nodiscard]] bool keeps_stack_pointer() const {
    const RegisterRule& rule = state_.stack_pointer;
    return rule.kind == Kind::Unspecified || rule.kind == Kind::Same ||
           (rule.kind == Kind::CfaPlus && rule.offset == 0);
  }

  void compile_frame_pointer() {
    const RegisterRule& rule = state_.frame_pointer;
    if (rule.kind == Kind::Unspecified || rule.kind == Kind::Same) {
      rule_.frame_pointer = CULPRIT_REGISTER_SAME;
      return;
    }
    rule_.frame_pointer = CULPRIT_REGISTER_UNDEFINED;
    if (const auto offset = offset_from_cfa(rule)) {
      rule_.frame_pointer = CULPRIT_REGISTER_AT_CFA;
      rule_.frame_pointer_offset = *offset;
      return;
    }
    const CfiExpression& expression = rule.expression;
    const bool at_frame = rule.kind == Kind::AtExpression && expression.base == Base::Register &&
                          expression.reg == architecture_.frame_pointer && !expression.dereferenced;
    const auto offset = narrowed(expression.offset);
    if (at_frame && offset) {
      rule_.frame_pointer = CULPRIT_REGISTER_AT_FRAME;
      rule_.frame_pointer_offset = *offset;
    }
  }

  /// Where a register is stored as a distance from the CFA, however that is written.
  [[nodiscard]] std::optional<std::int32_t> offset_from_cfa(const RegisterRule& rule) const {
    if (rule.kind == Kind::AtCfa) {
      return narrowed(rule.offset);
    }
    const CfiExpression& expression = rule.expression;
    if (rule.kind != Kind::AtExpression || expression.dereferenced) {
      return std::nullopt;
    }
    if (expression.base == Base::Cfa) {
      return narrowed(expression.offset);
    }
    const bool from_same_register = expression.base == Base::Register &&
                                    state_.cfa.kind == CfaRule::Kind::RegisterOffset &&
                                    state_.cfa.reg == expression.reg;
    std::int64_t distance = 0;
    if (!from_same_register ||
        __builtin_sub_overflow(expression.offset, state_.cfa.offset, &distance)) {
      return std::nullopt;
    }
    return narrowed(distance);
  }

  static constexpr std::uint64_t kArm64LinkRegister = 30;

  const CfiState& state_;
  const UnwindArchitecture& architecture_;
  UnwindRule rule_{};
  bool claimed_ = false;
  bool uses_extra_ = false;
};

/// Signal frames are told by their form, not by their mark alone: the walker reads the kernel's
/// layout from it.
UnwindRule compile_signal_frame(const CfiState& state, const UnwindArchitecture& architecture) {
  const CfiExpression& cfa = state.cfa.expression;
  const bool reads_saved_stack_pointer =
      state.cfa.kind == CfaRule::Kind::Expression && cfa.base == Base::Register &&
      cfa.reg == architecture.stack_pointer && cfa.dereferenced &&
      cfa.offset == kSavedStackPointer && cfa.extra == 0;
  if (!reads_saved_stack_pointer && !architecture.return_in_link_register) {
    return unsupported_rule();
  }
  UnwindRule rule{};
  rule.cfa = CULPRIT_CFA_SIGNAL;
  return rule;
}

}  // namespace

UnwindRule unsupported_rule() {
  UnwindRule rule{};
  rule.cfa = CULPRIT_CFA_UNSUPPORTED;
  return rule;
}

UnwindRule compile_rule(const CfiState& state, const CommonEntry& common,
                        const UnwindArchitecture& architecture) {
  if (state.return_address.kind == Kind::Undefined) {
    UnwindRule rule{};
    rule.cfa = CULPRIT_CFA_OUTERMOST;
    return rule;
  }
  if (common.signal_frame) {
    return compile_signal_frame(state, architecture);
  }
  return RuleCompiler(state, architecture).compile();
}

}  // namespace culprit
