// SPDX-License-Identifier: Apache-2.0
// Stacks built by hand: every rule, and every way in which a stack ends.
#include "unwinding/copied_stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "abi/stack.h"
#include "unit/unwinding/rule_matchers.h"

namespace culprit {
namespace {

using test::at_frame_pointer;
using test::at_stack_pointer;
using test::only;
using test::saving_frame_pointer;
using testing::ElementsAre;

constexpr std::uint64_t kStack = 0x7ffc'0000'0000;
constexpr std::uint64_t kLeaf = 0x401000;
constexpr std::uint64_t kCaller = 0x402000;
constexpr std::uint64_t kMain = 0x403000;
constexpr std::uint64_t kOutside = 0x900000;

/// Functions of 4 KiB each, a stack of words, and the registers.
class CopiedStackTest : public testing::Test {
 protected:
  CopiedStackTest() {
    copy_.instruction_pointer = kLeaf + 0x10;
    copy_.registers[7] = kStack;
    copy_.lowest_address = kStack;
    code_[kMain] = {.kind = CodeFacts::Kind::TableRule, .rule = only(CULPRIT_CFA_OUTERMOST)};
  }

  void function(std::uint64_t start, const UnwindRule& rule) {
    code_[start] = {.kind = CodeFacts::Kind::TableRule, .rule = rule};
  }
  void function(std::uint64_t start, CodeFacts::Kind kind) { code_[start] = {.kind = kind}; }
  void word(std::uint64_t offset, std::uint64_t value) {
    words_.resize(std::max<std::size_t>(words_.size(), offset / 8 + 1));
    words_[offset / 8] = value;
  }
  void registers(std::size_t number, std::uint64_t value) { copy_.registers.at(number) = value; }

  RawStack unwind() {
    copy_.bytes = std::as_bytes(std::span(words_));
    return unwind_copied_stack(copy_, [this](std::uint64_t address) {
      const auto found = code_.find(address & ~std::uint64_t{0xfff});
      return found == code_.end() ? CodeFacts{} : found->second;
    });
  }
  std::vector<std::uint64_t> addresses() {
    std::vector<std::uint64_t> found;
    for (const RawFrame& frame : unwind().frames) {
      found.push_back(frame.address.value());
    }
    return found;
  }
  StackEnd end() { return unwind().end; }

  CopiedStack copy_;
  std::map<std::uint64_t, CodeFacts> code_;
  std::vector<std::uint64_t> words_;
};

TEST_F(CopiedStackTest, FollowsTheStackPointer) {
  function(kLeaf, at_stack_pointer(16));
  function(kCaller, at_stack_pointer(24));
  word(8, kCaller + 5);
  word(16 + 16, kMain + 7);
  const RawStack stack = unwind();
  EXPECT_EQ(stack.end, StackEnd::Complete);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5, kMain + 7));
  EXPECT_TRUE(stack.frames[0].exact);
  EXPECT_FALSE(stack.frames[1].exact);
}

TEST_F(CopiedStackTest, FollowsAndRestoresTheFramePointer) {
  function(kLeaf, saving_frame_pointer(at_frame_pointer(16), -16));
  function(kCaller, saving_frame_pointer(at_frame_pointer(16), -16));
  registers(6, kStack + 32);
  word(32, kStack + 80);
  word(40, kCaller + 5);
  word(80, 0);
  word(88, kMain + 7);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5, kMain + 7));
}

TEST_F(CopiedStackTest, LooksUpTheCallNotWhatFollowsIt) {
  function(kLeaf, at_stack_pointer(8));
  function(kCaller - 0x1000, at_stack_pointer(8));  // ends with a call that does not return
  function(kCaller, at_stack_pointer(4096));
  word(0, kCaller);
  word(8, kMain + 1);
  // kLeaf is kCaller - 0x1000: both are the same function here.
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller, kMain + 1));
}

TEST_F(CopiedStackTest, KeepsAFramePointerThatIsPoppedAlready) {
  function(kLeaf, saving_frame_pointer(at_stack_pointer(8), -16));  // at its ret
  function(kCaller, at_frame_pointer(16));
  registers(6, kStack + 32);
  word(0, kCaller + 5);
  word(40, kMain + 7);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5, kMain + 7));
}

TEST_F(CopiedStackTest, KnowsProcedureLinkageTables) {
  function(kLeaf, {.cfa = CULPRIT_CFA_PLT, .cfa_offset = 8, .extra = 11});
  copy_.instruction_pointer = kLeaf + 0x16;
  word(0, kMain + 1);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x16, kMain + 1));
  copy_.instruction_pointer = kLeaf + 0x1b;
  word(8, kMain + 2);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x1b, kMain + 2));
}

TEST_F(CopiedStackTest, ReadsFrameAddressesFromMemory) {
  function(kLeaf, {.cfa = CULPRIT_CFA_READ_STACK, .cfa_offset = 16, .extra = 8});
  function(kCaller, {.cfa = CULPRIT_CFA_READ_FRAME,
                     .frame_pointer = CULPRIT_REGISTER_AT_FRAME,
                     .cfa_offset = -8});
  registers(6, kStack + 104);
  word(16, kStack + 56);
  word(56, kCaller + 5);
  word(96, kStack + 160);
  word(104, 0);
  word(152, kMain + 7);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5, kMain + 7));
}

TEST_F(CopiedStackTest, UsesRegistersOfTheInnermostFunctionOnly) {
  const UnwindRule by_r10 = {.cfa = CULPRIT_CFA_LEAF_REGISTER, .leaf_register = 10};
  function(kLeaf, by_r10);
  function(kCaller, by_r10);
  registers(10, kStack + 40);
  word(32, kCaller + 5);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5));
  EXPECT_EQ(end(), StackEnd::LostRegister);
}

TEST_F(CopiedStackTest, BelievesThatAssemblerKeepsTheRegisterWhichLocatesItsCaller) {
  function(kLeaf, at_stack_pointer(8));
  function(kCaller, {.cfa = CULPRIT_CFA_LEAF_REGISTER, .leaf_register = 0, .cfa_offset = 8});
  registers(0, kStack + 40);
  word(0, kCaller + 5);
  word(40, kMain + 7);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5, kMain + 7));
}

TEST_F(CopiedStackTest, DoesNotBelieveARegisterThatLeadsToNoCode) {
  function(kLeaf, at_stack_pointer(8));
  function(kCaller, {.cfa = CULPRIT_CFA_LEAF_REGISTER, .leaf_register = 0, .cfa_offset = 8});
  word(0, kCaller + 5);
  word(40, kOutside);
  for (const std::uint64_t overwritten : {kStack + 40, kStack - 80, std::uint64_t{3}}) {
    registers(0, overwritten);
    EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5));
    EXPECT_EQ(end(), StackEnd::LostRegister);
  }
}

TEST_F(CopiedStackTest, FindsReturnAddressesInRegisters) {
  const UnwindRule vfork = {.cfa = CULPRIT_CFA_STACK_POINTER,
                            .return_address = CULPRIT_RETURN_IN_REGISTER,
                            .leaf_register = 5};
  function(kLeaf, vfork);
  registers(5, kCaller + 9);
  function(kCaller, vfork);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 9));
  // A caller that has popped its return address is no caller.
  EXPECT_EQ(end(), StackEnd::Implausible);
}

TEST_F(CopiedStackTest, GoesOnWithWhatASignalInterrupted) {
  function(kLeaf, at_stack_pointer(8));
  function(kCaller, only(CULPRIT_CFA_SIGNAL));
  word(0, kCaller + 1);
  const std::uint64_t context = 8;
  word(context + 40 + 8 * 2, kStack + 400);  // r10
  word(context + 40 + 8 * 15, kStack + 352);
  word(context + 40 + 8 * 16, 0x404020);
  function(0x404000, {.cfa = CULPRIT_CFA_LEAF_REGISTER, .leaf_register = 10});
  word(392, kMain + 3);
  const RawStack stack = unwind();
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 1, 0x404020, kMain + 3));
  EXPECT_TRUE(stack.frames[2].exact);
}

TEST_F(CopiedStackTest, TriesTheTopOfTheStackInCodeThatSaysNothing) {
  for (const auto kind : {CodeFacts::Kind::NoTable, CodeFacts::Kind::TableRule}) {
    function(kLeaf, kind);
    word(0, kMain + 3);
    EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kMain + 3));
  }
}

TEST_F(CopiedStackTest, TriesTheFramePointerNext) {
  function(kLeaf, only(CULPRIT_CFA_NO_ROW));
  registers(6, kStack + 32);
  word(0, kOutside);
  word(32, 0);
  word(40, kMain + 3);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kMain + 3));
  word(40, kOutside);
  EXPECT_EQ(end(), StackEnd::NoUnwindRows);
}

// Go describes none of its functions, and its files have rows for the C code that is linked to
// them.
TEST_F(CopiedStackTest, FollowsFramePointersThroughCodeThatSaysNothingOrIsMadeAtRunTime) {
  for (const CodeFacts& code :
       {CodeFacts{.kind = CodeFacts::Kind::TableRule, .rule = only(CULPRIT_CFA_NO_ROW)},
        CodeFacts{.kind = CodeFacts::Kind::MadeAtRunTime}}) {
    code_[kLeaf] = code_[kCaller] = code;
    registers(6, kStack + 16);
    word(16, kStack + 48);
    word(24, kCaller + 5);
    word(48, 0);
    word(56, kCaller + 9);
    EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5, kCaller + 9));
    EXPECT_EQ(end(), StackEnd::Complete);
  }
}

TEST_F(CopiedStackTest, TakesACallerWithoutRowAndFramePointerForTheOutermost) {
  function(kLeaf, at_stack_pointer(8));
  function(kCaller, only(CULPRIT_CFA_NO_ROW));
  word(0, kCaller + 5);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5));
  EXPECT_EQ(end(), StackEnd::Complete);
}

TEST_F(CopiedStackTest, FollowsTheFramePointerOfACallerWithoutRow) {
  function(kLeaf, at_stack_pointer(8));
  function(kCaller, only(CULPRIT_CFA_NO_ROW));
  registers(6, kStack + 32);
  word(0, kCaller + 5);
  word(8, kMain + 1);  // what lies on top of a caller's stack is no return address
  word(32, 0);
  word(40, kMain + 3);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5, kMain + 3));
  word(40, kOutside);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10, kCaller + 5));
  EXPECT_EQ(end(), StackEnd::NoUnwindRows);
}

TEST_F(CopiedStackTest, EndsByName) {
  function(kLeaf, at_stack_pointer(8));
  word(0, kCaller + 5);
  word(8, kMain + 1);
  EXPECT_EQ(end(), StackEnd::NoMapping);
  function(kCaller, CodeFacts::Kind::TablePending);
  EXPECT_EQ(end(), StackEnd::TablePending);
  function(kCaller, only(CULPRIT_CFA_UNSUPPORTED));
  EXPECT_EQ(end(), StackEnd::Unsupported);
  function(kCaller, only(CULPRIT_CFA_NO_ROW));
  registers(6, kStack + 1);  // no frame pointer
  EXPECT_EQ(end(), StackEnd::NoUnwindRows);
  registers(6, 0);
  function(kCaller, at_stack_pointer(400));
  EXPECT_EQ(end(), StackEnd::CopyTooShort);
  function(kCaller, at_frame_pointer(16));
  EXPECT_EQ(end(), StackEnd::Implausible);  // below the stack pointer
  UnwindRule losing = at_stack_pointer(8);
  losing.frame_pointer = CULPRIT_REGISTER_UNDEFINED;
  function(kLeaf, losing);
  EXPECT_EQ(end(), StackEnd::LostRegister);
}

TEST_F(CopiedStackTest, EndsWhereNobodyCalled) {
  function(kLeaf, at_stack_pointer(8));
  word(0, 0);
  EXPECT_EQ(end(), StackEnd::Complete);
  EXPECT_THAT(addresses(), ElementsAre(kLeaf + 0x10));
}

TEST_F(CopiedStackTest, StopsAtTheDepthLimit) {
  function(kLeaf, at_stack_pointer(8));
  for (std::uint64_t depth = 0; depth < 1000; ++depth) {
    word(depth * 8, kLeaf + 0x20);
  }
  const RawStack stack = unwind();
  EXPECT_EQ(stack.end, StackEnd::DepthLimit);
  EXPECT_EQ(stack.frames.size(), std::size_t{CULPRIT_MAX_USER_FRAMES});
}

TEST_F(CopiedStackTest, HashesKernelFramesFirst) {
  function(kLeaf, only(CULPRIT_CFA_OUTERMOST));
  const RawFrame kernel{.address = InstructionAddress(0xffffffff81000000),
                        .kind = FrameKind::Kernel};
  const CodeLookup code_at = [this](std::uint64_t) { return code_[kLeaf]; };
  const RawStack stack = unwind_copied_stack(copy_, code_at, {kernel});
  ASSERT_EQ(stack.frames.size(), 2U);
  EXPECT_EQ(stack.frames[0], kernel);
  // Round by round as the kernel part's push_frame does it.
  std::uint64_t hash = 0x9E3779B97F4A7C15ULL;
  for (const auto& [address, kind] :
       {std::pair<std::uint64_t, std::uint64_t>(0xffffffff81000000, 1), {kLeaf + 0x10, 2}}) {
    hash = (hash ^ address ^ (kind << 56U)) * 0xFF51AFD7ED558CCDULL;
    hash ^= hash >> 32U;
  }
  EXPECT_EQ(stack.hash, StackHash(hash));
}

}  // namespace
}  // namespace culprit
