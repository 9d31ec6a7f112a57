// SPDX-License-Identifier: Apache-2.0
// Every call frame instruction, as the rule it leads to.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/unwinding/frame_builder.h"
#include "unit/unwinding/rule_matchers.h"

namespace culprit {
namespace {

using test::at_frame_pointer;
using test::at_stack_pointer;
using test::CfiBytes;
using test::elf_with;
using test::kCode;
using test::only;
using test::saving_frame_pointer;
using test::table_of;

CfiBytes advance(unsigned bytes) {
  return CfiBytes().u8(0x40 + bytes);
}
CfiBytes cfa_offset(unsigned bytes) {
  return CfiBytes().u8(0x0e).uleb(bytes);
}

TEST(CfiInstructions, BeginWithTheCommonOnes) {
  const UnwindTable table = table_of(CfiBytes());
  EXPECT_EQ(table.rule_at(kCode), at_stack_pointer(8));
  EXPECT_EQ(table.rule_at(kCode + 0xff), at_stack_pointer(8));
  EXPECT_EQ(table.rule_at(kCode + 0x100), only(CULPRIT_CFA_NO_ROW));
  EXPECT_EQ(table.rule_at(kCode - 1), only(CULPRIT_CFA_NO_ROW));
  EXPECT_EQ(table.lowest_address, kCode);
}

TEST(CfiInstructions, FollowAPrologueAndAnEpilogue) {
  const UnwindTable table = table_of(advance(1)
                                         .append(cfa_offset(16))
                                         .u8(0x80 + 6)
                                         .uleb(2)  // rbp at CFA - 16
                                         .append(advance(3))
                                         .u8(0x0d)
                                         .uleb(6)  // CFA by rbp
                                         .append(advance(20))
                                         .u8(0x0c)
                                         .uleb(7)
                                         .uleb(8));
  EXPECT_EQ(table.rule_at(kCode), at_stack_pointer(8));
  EXPECT_EQ(table.rule_at(kCode + 1), saving_frame_pointer(at_stack_pointer(16), -16));
  EXPECT_EQ(table.rule_at(kCode + 4), saving_frame_pointer(at_frame_pointer(16), -16));
  EXPECT_EQ(table.rule_at(kCode + 24), saving_frame_pointer(at_stack_pointer(8), -16));
}

TEST(CfiInstructions, AdvanceByAnyWidth) {
  const UnwindTable table = table_of(CfiBytes()
                                         .u8(0x02)
                                         .u8(2)
                                         .append(cfa_offset(16))
                                         .u8(0x03)
                                         .u16(2)
                                         .append(cfa_offset(24))
                                         .u8(0x04)
                                         .u32(2)
                                         .append(cfa_offset(32))
                                         .u8(0x1d)
                                         .u64(2)
                                         .append(cfa_offset(40))
                                         .u8(0x40)
                                         .append(cfa_offset(48)));
  EXPECT_EQ(table.rule_at(kCode + 2), at_stack_pointer(16));
  EXPECT_EQ(table.rule_at(kCode + 4), at_stack_pointer(24));
  EXPECT_EQ(table.rule_at(kCode + 6), at_stack_pointer(32));
  EXPECT_EQ(table.rule_at(kCode + 7), at_stack_pointer(32));
  EXPECT_EQ(table.rule_at(kCode + 8), at_stack_pointer(48));
}

TEST(CfiInstructions, SetTheLocation) {
  test::BuiltCommon common{.pointer_encoding = 0};
  const CfiBytes code = CfiBytes().u8(0x01).u64(kCode + 5).append(cfa_offset(64));
  const auto table = table_of(
      elf_with({{.name = ".eh_frame", .content = eh_frame(common, {{.instructions = code}})}}));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rule_at(kCode + 4), at_stack_pointer(8));
  EXPECT_EQ(table->rule_at(kCode + 5), at_stack_pointer(64));
}

TEST(CfiInstructions, RememberAndRestoreTheWholeState) {
  const UnwindTable table = table_of(CfiBytes()
                                         .append(cfa_offset(16))
                                         .u8(0x80 + 6)
                                         .uleb(2)
                                         .u8(0x0a)
                                         .append(advance(4))
                                         .append(cfa_offset(8))
                                         .u8(0xc0 + 6)
                                         .append(advance(4))
                                         .u8(0x0b));
  EXPECT_EQ(table.rule_at(kCode), saving_frame_pointer(at_stack_pointer(16), -16));
  EXPECT_EQ(table.rule_at(kCode + 4), at_stack_pointer(8));
  EXPECT_EQ(table.rule_at(kCode + 8), saving_frame_pointer(at_stack_pointer(16), -16));
}

struct SavedFramePointer {
  std::string name;
  CfiBytes instructions;
  std::int32_t offset;
};

class FramePointerInstructions : public testing::TestWithParam<SavedFramePointer> {};

TEST_P(FramePointerInstructions, SayWhereItIs) {
  const UnwindTable table = table_of(GetParam().instructions);
  EXPECT_EQ(table.rule_at(kCode), saving_frame_pointer(at_stack_pointer(8), GetParam().offset));
}

INSTANTIATE_TEST_SUITE_P(
    All, FramePointerInstructions,
    testing::Values(
        SavedFramePointer{"offset", CfiBytes().u8(0x86).uleb(2), -16},
        SavedFramePointer{"offset_extended", CfiBytes().u8(0x05).uleb(6).uleb(3), -24},
        SavedFramePointer{"offset_extended_sf", CfiBytes().u8(0x11).uleb(6).sleb(4), -32},
        SavedFramePointer{"negative_offset", CfiBytes().u8(0x2f).uleb(6).uleb(2), 16},
        SavedFramePointer{"expression_from_cfa",
                          CfiBytes().u8(0x10).uleb(6).block(CfiBytes().u8(0x09).u8(0xf0).u8(0x22)),
                          -16},
        SavedFramePointer{"expression_from_stack_pointer",
                          CfiBytes().u8(0x10).uleb(6).block(CfiBytes().u8(0x77).sleb(-40)), -48}),
    [](const auto& kind) { return kind.param.name; });

class NoFramePointer : public testing::TestWithParam<SavedFramePointer> {};

TEST_P(NoFramePointer, IsNotInvented) {
  const UnwindTable table = table_of(GetParam().instructions);
  UnwindRule expected = at_stack_pointer(8);
  expected.frame_pointer = CULPRIT_REGISTER_UNDEFINED;
  EXPECT_EQ(table.rule_at(kCode), expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, NoFramePointer,
    testing::Values(SavedFramePointer{"undefined", CfiBytes().u8(0x07).uleb(6), 0},
                    SavedFramePointer{"other_register", CfiBytes().u8(0x09).uleb(6).uleb(3), 0},
                    SavedFramePointer{"val_offset", CfiBytes().u8(0x14).uleb(6).uleb(1), 0},
                    SavedFramePointer{"val_offset_sf", CfiBytes().u8(0x15).uleb(6).sleb(-1), 0},
                    SavedFramePointer{
                        "val_expression",
                        CfiBytes().u8(0x16).uleb(6).block(CfiBytes().u8(0x76).sleb(0)), 0}),
    [](const auto& kind) { return kind.param.name; });

TEST(CfiInstructions, GiveTheFramePointerBack) {
  for (const CfiBytes& back :
       {CfiBytes().u8(0xc6), CfiBytes().u8(0x06).uleb(6), CfiBytes().u8(0x08).uleb(6)}) {
    const UnwindTable table = table_of(CfiBytes().u8(0x86).uleb(2).append(back));
    EXPECT_EQ(table.rule_at(kCode), at_stack_pointer(8));
  }
}

TEST(CfiInstructions, DefineTheFrameAddressInFactors) {
  EXPECT_EQ(table_of(CfiBytes().u8(0x12).uleb(6).sleb(-2)).rule_at(kCode), at_frame_pointer(16));
  EXPECT_EQ(table_of(CfiBytes().u8(0x13).sleb(-4)).rule_at(kCode), at_stack_pointer(32));
}

TEST(CfiInstructions, PassOverWhatDoesNotMatter) {
  const UnwindTable table =
      table_of(CfiBytes().u8(0).u8(0x2e).uleb(300).u8(0x83).uleb(4).u8(0x07).uleb(40).append(
          cfa_offset(24)));
  EXPECT_EQ(table.rule_at(kCode), at_stack_pointer(24));
  EXPECT_EQ(table.counters.malformed_entries, 0U);
}

TEST(CfiInstructions, HoldUntilTheFirstThatIsNotKnown) {
  const UnwindTable table = table_of(advance(8).u8(0x3c));
  EXPECT_EQ(table.rule_at(kCode + 7), at_stack_pointer(8));
  EXPECT_EQ(table.rule_at(kCode + 8), only(CULPRIT_CFA_UNSUPPORTED));
  EXPECT_EQ(table.counters.malformed_entries, 1U);
  EXPECT_EQ(table.counters.unsupported_rows, 1U);
}

TEST(CfiInstructions, AreFactoredByTheCommonEntry) {
  test::BuiltCommon common{.code_alignment = 4, .data_alignment = -4};
  const CfiBytes code = advance(2).u8(0x86).uleb(4);
  const auto table = table_of(
      elf_with({{.name = ".eh_frame", .content = eh_frame(common, {{.instructions = code}})}}));
  ASSERT_TRUE(table);
  UnwindRule expected = saving_frame_pointer(at_stack_pointer(8), -16);
  expected.return_address = CULPRIT_RETURN_AT_CFA;
  expected.extra = -4;
  EXPECT_EQ(table->rule_at(kCode + 8), expected);
}

}  // namespace
}  // namespace culprit
