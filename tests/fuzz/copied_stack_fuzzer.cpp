// SPDX-License-Identifier: Apache-2.0
// Any registers, any stack, and a table of any rules, valid or not: the walk ends.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "abi/stack.h"
#include "unwinding/byte_cursor.h"
#include "unwinding/copied_stack.h"

namespace {

constexpr unsigned kKinds = 5;

/// Which code there is follows from the address alone, so that it can be steered from the stack.
culprit::CodeFacts code_at(std::span<const culprit::UnwindRule> rules, std::uint64_t address) {
  if (rules.empty() || address % 16 >= 14) {
    return {.kind = static_cast<culprit::CodeFacts::Kind>((address >> 4U) % kKinds)};
  }
  return {.kind = culprit::CodeFacts::Kind::TableRule,
          .rule = rules[(address >> 4U) % rules.size()]};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  culprit::ByteCursor cursor(std::as_bytes(std::span(data, size)));
  culprit::CopiedStack copy{.instruction_pointer = cursor.number<std::uint64_t>()};
  for (std::uint64_t& value : copy.registers) {
    value = cursor.number<std::uint64_t>();
  }
  copy.lowest_address = copy.registers[7] - cursor.number<std::uint8_t>();
  std::vector<culprit::UnwindRule> rules(cursor.number<std::uint8_t>() % 16);
  for (culprit::UnwindRule& rule : rules) {
    rule = cursor.number<culprit::UnwindRule>();
  }
  copy.bytes = cursor.take(cursor.left());
  const culprit::RawStack stack = culprit::unwind_copied_stack(
      copy, [&](std::uint64_t address) { return code_at(rules, address); });
  const bool sound = !stack.frames.empty() && stack.frames.size() <= CULPRIT_MAX_USER_FRAMES &&
                     static_cast<unsigned>(stack.end) < CULPRIT_STACK_END_COUNT;
  if (!sound) {
    __builtin_trap();
  }
  return 0;
}
