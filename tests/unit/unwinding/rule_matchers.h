// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ostream>

#include "unwinding/unwind_table.h"

/// Rules are C structs of the global namespace: so are what compares and prints them for tests.
inline bool operator==(const culprit_unwind_rule& left, const culprit_unwind_rule& right) {
  return culprit::same_rule(left, right);
}

inline std::ostream& operator<<(std::ostream& out, const culprit_unwind_rule& rule) {
  return out << "{cfa " << int{rule.cfa} << " offset " << rule.cfa_offset << ", frame pointer "
             << int{rule.frame_pointer} << " offset " << rule.frame_pointer_offset << ", return "
             << int{rule.return_address} << ", register " << int{rule.leaf_register} << ", extra "
             << rule.extra << "}";
}

namespace culprit::test {

inline UnwindRule at_stack_pointer(std::int32_t offset) {
  return {.cfa = CULPRIT_CFA_STACK_POINTER, .cfa_offset = offset};
}
inline UnwindRule at_frame_pointer(std::int32_t offset) {
  return {.cfa = CULPRIT_CFA_FRAME_POINTER, .cfa_offset = offset};
}
inline UnwindRule saving_frame_pointer(UnwindRule rule, std::int32_t offset) {
  rule.frame_pointer = CULPRIT_REGISTER_AT_CFA;
  rule.frame_pointer_offset = offset;
  return rule;
}
inline UnwindRule only(culprit_unwind_cfa cfa) {
  return {.cfa = static_cast<std::uint8_t>(cfa)};
}

}  // namespace culprit::test
