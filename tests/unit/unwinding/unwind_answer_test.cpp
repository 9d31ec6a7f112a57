// SPDX-License-Identifier: Apache-2.0
#include "unwinding/unwind_answer.h"

#include <gtest/gtest.h>

#include <functional>

#include "unit/unwinding/frame_builder.h"
#include "unit/unwinding/rule_matchers.h"

namespace culprit {
namespace {

using test::at_stack_pointer;

UnwindTable small_table() {
  return {.lowest_address = 0x401000,
          .rows = {{0, 1}, {16, 2}, {32, 0}},
          .rules = {UnwindRule{}, at_stack_pointer(8), at_stack_pointer(16)},
          .counters = {.section_bytes = 7, .functions = 1}};
}

TEST(UnwindAnswer, ComesOutAsItWentIn) {
  const UnwindTable table = small_table();
  const auto decoded = decode_unwind_answer(encode_unwind_table(table));
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->lowest_address, table.lowest_address);
  EXPECT_EQ(decoded->rows, table.rows);
  EXPECT_EQ(decoded->rules, table.rules);
  EXPECT_EQ(decoded->counters, table.counters);
}

TEST(UnwindAnswer, IsBuiltFromAFile) {
  const auto file =
      test::elf_with({{.name = ".eh_frame", .content = eh_frame(test::BuiltCommon{}, {{}})}});
  const auto answer = build_unwind_answer(ByteSource::of_memory(file));
  ASSERT_TRUE(answer);
  const auto table = decode_unwind_answer(*answer);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rule_at(test::kCode), at_stack_pointer(8));
  EXPECT_FALSE(build_unwind_answer(ByteSource::of_memory({})));
}

TEST(UnwindAnswer, OfAnyOtherLengthIsRefused) {
  auto answer = encode_unwind_table(small_table());
  for (std::size_t length = 0; length < answer.size(); ++length) {
    EXPECT_FALSE(decode_unwind_answer(std::span(answer).first(length))) << length;
  }
  answer.push_back(std::byte{0});
  EXPECT_FALSE(decode_unwind_answer(answer));
}

TEST(UnwindAnswer, ThatBreaksARuleOfTablesIsRefused) {
  const std::vector<std::function<void(UnwindTable&)>> lies = {
      [](UnwindTable& table) { table.rows[1].rule = 3; },
      [](UnwindTable& table) { table.rows[1].rule = 1; },
      [](UnwindTable& table) { table.rows[1].address = 0; },
      [](UnwindTable& table) { table.rows[0].address = 1; },
      [](UnwindTable& table) { table.rows[2].address = CULPRIT_UNWIND_UNUSED; },
      [](UnwindTable& table) { table.rows.pop_back(); },
      [](UnwindTable& table) { table.rules[0] = at_stack_pointer(8); },
      [](UnwindTable& table) { table.rules[1].cfa = CULPRIT_CFA_UNSUPPORTED + 1; },
      [](UnwindTable& table) { table.rules[1].frame_pointer = 4; },
      [](UnwindTable& table) { table.rules[1].return_address = 3; },
      [](UnwindTable& table) { table.rules[1].leaf_register = 32; },
      [](UnwindTable& table) { table = UnwindTable{}; },
  };
  for (std::size_t index = 0; index < lies.size(); ++index) {
    UnwindTable table = small_table();
    lies[index](table);
    EXPECT_FALSE(decode_unwind_answer(encode_unwind_table(table))) << index;
  }
}

TEST(UnwindAnswer, LargerThanTheLimitsIsRefused) {
  const auto answer = encode_unwind_table(small_table());
  EXPECT_FALSE(decode_unwind_answer(answer, {.max_rows = 2}));
  EXPECT_FALSE(decode_unwind_answer(answer, {.max_rules = 2}));
}

}  // namespace
}  // namespace culprit
