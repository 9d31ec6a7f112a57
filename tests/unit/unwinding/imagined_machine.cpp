// SPDX-License-Identifier: Apache-2.0
#include "unit/unwinding/imagined_machine.h"

namespace culprit::test {
namespace {

constexpr std::uint64_t kFramePointer = 6;
constexpr std::uint64_t kStackPointer = 7;

std::uint64_t sum(std::uint64_t base, std::int64_t offset) {
  return base + static_cast<std::uint64_t>(offset);
}

std::uint64_t cfa_of(const UnwindRule& rule, const ImaginedMachine& machine) {
  const std::uint64_t stack = machine.reg(kStackPointer);
  const std::uint64_t frame = machine.reg(kFramePointer);
  switch (rule.cfa) {
    case CULPRIT_CFA_STACK_POINTER:
      return sum(stack, rule.cfa_offset);
    case CULPRIT_CFA_FRAME_POINTER:
      return sum(frame, rule.cfa_offset);
    case CULPRIT_CFA_LEAF_REGISTER:
      return sum(machine.reg(rule.leaf_register), rule.cfa_offset);
    case CULPRIT_CFA_READ_STACK:
      return sum(ImaginedMachine::word_at(sum(stack, rule.cfa_offset)), rule.extra);
    case CULPRIT_CFA_READ_FRAME:
      return sum(ImaginedMachine::word_at(sum(frame, rule.cfa_offset)), rule.extra);
    default: {
      const auto into_entry = static_cast<std::int64_t>(machine.instruction_pointer & 15U);
      return sum(stack, rule.cfa_offset) + (into_entry >= rule.extra ? 8 : 0);
    }
  }
}

UnwoundFrame interrupted_frame(const ImaginedMachine& machine) {
  const std::uint64_t saved = machine.reg(kStackPointer) + 40;
  return {.cfa = ImaginedMachine::word_at(saved + std::uint64_t{15} * 8),
          .return_address = ImaginedMachine::word_at(saved + std::uint64_t{16} * 8),
          .frame_pointer = ImaginedMachine::word_at(saved + std::uint64_t{10} * 8)};
}

}  // namespace

UnwoundFrame apply(const UnwindRule& rule, const ImaginedMachine& machine) {
  switch (rule.cfa) {
    case CULPRIT_CFA_NO_ROW:
      return {.kind = UnwoundFrame::Kind::NoInformation};
    case CULPRIT_CFA_OUTERMOST:
      return {.kind = UnwoundFrame::Kind::Outermost};
    case CULPRIT_CFA_UNSUPPORTED:
      return {.kind = UnwoundFrame::Kind::Unsupported};
    case CULPRIT_CFA_SIGNAL:
      return interrupted_frame(machine);
    default:
      break;
  }
  UnwoundFrame frame{.cfa = cfa_of(rule, machine)};
  if (rule.return_address == CULPRIT_RETURN_IN_REGISTER) {
    frame.return_address = machine.reg(rule.leaf_register);
  } else {
    const bool usual = rule.return_address == CULPRIT_RETURN_BELOW_CFA;
    frame.return_address = ImaginedMachine::word_at(sum(frame.cfa, usual ? -8 : rule.extra));
  }
  if (rule.frame_pointer == CULPRIT_REGISTER_SAME) {
    frame.frame_pointer = machine.reg(kFramePointer);
  } else if (rule.frame_pointer != CULPRIT_REGISTER_UNDEFINED) {
    const bool at_cfa = rule.frame_pointer == CULPRIT_REGISTER_AT_CFA;
    const std::uint64_t base = at_cfa ? frame.cfa : machine.reg(kFramePointer);
    frame.frame_pointer = ImaginedMachine::word_at(sum(base, rule.frame_pointer_offset));
  }
  return frame;
}

}  // namespace culprit::test
