// SPDX-License-Identifier: Apache-2.0
// The forms that compilers, linkers and C libraries write, as rules.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "unit/unwinding/frame_builder.h"
#include "unit/unwinding/rule_matchers.h"

namespace culprit {
namespace {

using test::at_stack_pointer;
using test::BuiltCommon;
using test::CfiBytes;
using test::elf_with;
using test::kCode;
using test::only;
using test::table_of;

CfiBytes cfa_expression(const CfiBytes& expression) {
  return CfiBytes().u8(0x0f).block(expression);
}

UnwindRule rule_of(const CfiBytes& instructions) {
  return table_of(instructions).rule_at(kCode);
}

UnwindRule rule_with(const BuiltCommon& common, const CfiBytes& instructions,
                     std::uint16_t machine = EM_X86_64) {
  const auto frames = eh_frame(common, {{.instructions = instructions}});
  const auto table = table_of(elf_with({{.name = ".eh_frame", .content = frames}}, machine));
  EXPECT_TRUE(table);
  return table ? table->rule_at(kCode) : UnwindRule{};
}

TEST(UnwindRules, KnowProcedureLinkageTables) {
  const CfiBytes plt = CfiBytes()
                           .u8(0x77)
                           .sleb(8)
                           .u8(0x80)
                           .sleb(0)
                           .u8(0x3f)
                           .u8(0x1a)
                           .u8(0x3b)
                           .u8(0x2a)
                           .u8(0x33)
                           .u8(0x24)
                           .u8(0x22);
  const UnwindRule expected = {.cfa = CULPRIT_CFA_PLT, .cfa_offset = 8, .extra = 11};
  EXPECT_EQ(rule_of(cfa_expression(plt)), expected);
}

TEST(UnwindRules, KnowFunctionsThatRealignTheStack) {
  const CfiBytes saved = CfiBytes().u8(0x10).uleb(6).block(CfiBytes().u8(0x76).sleb(0));
  const CfiBytes code = saved;
  const UnwindRule in_prologue = rule_of(CfiBytes().u8(0x0c).uleb(10).uleb(0).append(code));
  const UnwindRule expected_in_prologue = {.cfa = CULPRIT_CFA_LEAF_REGISTER,
                                           .frame_pointer = CULPRIT_REGISTER_AT_FRAME,
                                           .leaf_register = 10};
  EXPECT_EQ(in_prologue, expected_in_prologue);
  const UnwindRule in_body =
      rule_of(cfa_expression(CfiBytes().u8(0x76).sleb(-8).u8(0x06)).append(saved));
  const UnwindRule expected_in_body = {
      .cfa = CULPRIT_CFA_READ_FRAME, .frame_pointer = CULPRIT_REGISTER_AT_FRAME, .cfa_offset = -8};
  EXPECT_EQ(in_body, expected_in_body);
}

TEST(UnwindRules, KnowAssemblyThatSavesTheStackPointer) {
  const UnwindRule rule =
      rule_of(cfa_expression(CfiBytes().u8(0x77).sleb(152).u8(0x06).u8(0x23).uleb(8)));
  const UnwindRule expected = {.cfa = CULPRIT_CFA_READ_STACK, .cfa_offset = 152, .extra = 8};
  EXPECT_EQ(rule, expected);
}

TEST(UnwindRules, KnowExpressionsThatAreSumsOnly) {
  EXPECT_EQ(rule_of(cfa_expression(CfiBytes().u8(0x77).sleb(8).u8(0x0a).u16(300).u8(0x22))),
            at_stack_pointer(308));
  EXPECT_EQ(rule_of(cfa_expression(CfiBytes().u8(0x92).uleb(7).sleb(64).u8(0x38).u8(0x1c))),
            at_stack_pointer(56));
}

TEST(UnwindRules, SayWhatTheyDoNotUnderstand) {
  const std::vector<CfiBytes> expressions = {
      CfiBytes().u8(0x77).sleb(8).u8(0x06).u8(0x06),    // read twice
      CfiBytes().u8(0x73).sleb(0).u8(0x06),             // by another register
      CfiBytes().u8(0x03).u64(0x1000),                  // a fixed address
      CfiBytes().u8(0x77).sleb(8).u8(0x12),             // dup
      CfiBytes().u8(0x77),                              // cut
      CfiBytes().u8(0x22),                              // of nothing
      CfiBytes().u8(0x77).sleb(std::int64_t{1} << 40),  // too far
      CfiBytes(),
  };
  for (const CfiBytes& expression : expressions) {
    EXPECT_EQ(rule_of(cfa_expression(expression)), only(CULPRIT_CFA_UNSUPPORTED));
  }
}

TEST(UnwindRules, KnowTheOutermostFunction) {
  EXPECT_EQ(rule_of(CfiBytes().u8(0x07).uleb(16)), only(CULPRIT_CFA_OUTERMOST));
}

TEST(UnwindRules, KnowReturnAddressesInRegisters) {
  // vfork: the return address waits in rdi, for the child will overwrite the stack.
  const UnwindRule rule = rule_of(CfiBytes().u8(0x0e).uleb(0).u8(0x09).uleb(16).uleb(5));
  const UnwindRule expected = {.cfa = CULPRIT_CFA_STACK_POINTER,
                               .return_address = CULPRIT_RETURN_IN_REGISTER,
                               .leaf_register = 5};
  EXPECT_EQ(rule, expected);
}

TEST(UnwindRules, HaveRoomForOneLeafRegister) {
  const CfiBytes by_r10 = CfiBytes().u8(0x0c).uleb(10).uleb(0);
  EXPECT_EQ(rule_of(CfiBytes(by_r10).u8(0x09).uleb(16).uleb(5)), only(CULPRIT_CFA_UNSUPPORTED));
  EXPECT_EQ(rule_of(CfiBytes(by_r10).u8(0x09).uleb(16).uleb(10)).leaf_register, 10);
  EXPECT_EQ(rule_of(CfiBytes().u8(0x0c).uleb(77).uleb(0)), only(CULPRIT_CFA_UNSUPPORTED));
}

TEST(UnwindRules, KnowReturnAddressesElsewhereOnTheStack) {
  const UnwindRule rule = rule_of(CfiBytes().u8(0x80 + 16).uleb(3));
  const UnwindRule expected = {.cfa = CULPRIT_CFA_STACK_POINTER,
                               .return_address = CULPRIT_RETURN_AT_CFA,
                               .cfa_offset = 8,
                               .extra = -24};
  EXPECT_EQ(rule, expected);
}

TEST(UnwindRules, DoNotFollowARestoredStackPointer) {
  EXPECT_EQ(rule_of(CfiBytes().u8(0x87).uleb(4)), only(CULPRIT_CFA_UNSUPPORTED));
  EXPECT_EQ(rule_of(CfiBytes().u8(0x14).uleb(7).uleb(0)), at_stack_pointer(8));
}

TEST(UnwindRules, KnowSignalFrames) {
  const CfiBytes cfa = cfa_expression(CfiBytes().u8(0x77).sleb(160).u8(0x06));
  EXPECT_EQ(rule_with({.augmentation = "zRS"}, cfa), only(CULPRIT_CFA_SIGNAL));
  EXPECT_EQ(rule_with({.augmentation = "zRS"}, CfiBytes()), only(CULPRIT_CFA_UNSUPPORTED));
}

TEST(UnwindRules, ReadAllAugmentations) {
  for (const char* letters : {"zR", "zPLR", "zRS", "zRB", "zPR", "zRG"}) {
    const UnwindRule rule = rule_with({.augmentation = letters}, CfiBytes());
    EXPECT_NE(rule.cfa, CULPRIT_CFA_NO_ROW) << letters;
  }
  for (const char* letters : {"", "eh"}) {
    EXPECT_EQ(rule_with({.augmentation = letters}, CfiBytes()), at_stack_pointer(8)) << letters;
  }
  EXPECT_EQ(rule_with({.augmentation = "zRX"}, CfiBytes()), only(CULPRIT_CFA_NO_ROW));
}

TEST(UnwindRules, OfArm64FollowTheLinkRegister) {
  const BuiltCommon common{.code_alignment = 4,
                           .return_register = 30,
                           .instructions = CfiBytes().u8(0x0c).uleb(31).uleb(0)};
  const UnwindRule leaf = {.cfa = CULPRIT_CFA_STACK_POINTER,
                           .return_address = CULPRIT_RETURN_IN_REGISTER,
                           .leaf_register = 30};
  EXPECT_EQ(rule_with(common, CfiBytes().u8(0x2d), EM_AARCH64), leaf);
  const CfiBytes framed = CfiBytes().u8(0x0e).uleb(32).u8(0x80 + 29).uleb(4).u8(0x80 + 30).uleb(3);
  const UnwindRule saved = {.cfa = CULPRIT_CFA_STACK_POINTER,
                            .frame_pointer = CULPRIT_REGISTER_AT_CFA,
                            .return_address = CULPRIT_RETURN_AT_CFA,
                            .cfa_offset = 32,
                            .frame_pointer_offset = -32,
                            .extra = -24};
  EXPECT_EQ(rule_with(common, framed, EM_AARCH64), saved);
}

}  // namespace
}  // namespace culprit
