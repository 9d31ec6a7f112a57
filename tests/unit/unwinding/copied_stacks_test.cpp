// SPDX-License-Identifier: Apache-2.0
#include "unwinding/copied_stacks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

namespace culprit {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::IsEmpty;

/// A leaf with its return address on top of the stack, then a function that nobody called.
StackCopy a_copy(std::uint64_t hash) {
  StackCopy copy;
  copy.hash = StackHash(hash);
  copy.time = KernelTime(seconds(1));
  copy.address_space = AddressSpaceId(5);
  copy.instruction = InstructionAddress(0x1000);
  copy.registers[7] = 0x7000;
  const std::uint64_t return_address = 0x2001;
  copy.bytes.resize(16);
  std::memcpy(copy.bytes.data(), &return_address, sizeof(return_address));
  return copy;
}

CodeFacts whole_code(const AddressSpaceKey& /*space*/, std::uint64_t address) {
  CodeFacts facts{.kind = CodeFacts::Kind::TableRule};
  facts.rule.cfa = address < 0x2000 ? CULPRIT_CFA_STACK_POINTER : CULPRIT_CFA_OUTERMOST;
  facts.rule.cfa_offset = 8;
  return facts;
}

TEST(CopiedStacks, UnwindsBelowTheKernelFramesAndKeepsTheHash) {
  CopiedStacks stacks(whole_code);
  stacks.accept(
      RawStack{.hash = StackHash(9),
               .end = StackEnd::Copied,
               .frames = {{.address = InstructionAddress(0xfff), .kind = FrameKind::Kernel}}});
  stacks.accept(a_copy(9));
  const auto done = stacks.take_unwound(KernelTime(seconds(1)));
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].hash, StackHash(9));
  EXPECT_EQ(done[0].end, StackEnd::Complete);
  ASSERT_EQ(done[0].frames.size(), 3U);
  EXPECT_EQ(done[0].frames[2].address, InstructionAddress(0x2001));
}

TEST(CopiedStacks, WaitForTables) {
  CodeFacts::Kind kind = CodeFacts::Kind::TablePending;
  CopiedStacks stacks([&](const AddressSpaceKey& space, std::uint64_t address) {
    CodeFacts facts = whole_code(space, address);
    facts.kind = kind;
    return facts;
  });
  stacks.accept(a_copy(9));
  EXPECT_THAT(stacks.take_unwound(KernelTime(seconds(2))), IsEmpty());
  EXPECT_TRUE(stacks.waits());
  kind = CodeFacts::Kind::TableRule;
  EXPECT_EQ(stacks.take_unwound(KernelTime(seconds(2))).size(), 1U);
  EXPECT_FALSE(stacks.waits());
}

TEST(CopiedStacks, WaitForMappingsAMoment) {
  CopiedStacks stacks([](const AddressSpaceKey&, std::uint64_t) { return CodeFacts{}; });
  stacks.accept(a_copy(9));
  EXPECT_THAT(stacks.take_unwound(KernelTime(seconds(1))), IsEmpty());
  const auto done = stacks.take_unwound(KernelTime(seconds(2)));
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].end, StackEnd::NoMapping);
}

TEST(CopiedStacks, WhatFindsNoRoomIsCountedAndStillAStack) {
  CopiedStacks stacks([](const AddressSpaceKey&, std::uint64_t) { return CodeFacts{}; }, 1);
  stacks.accept(a_copy(1));
  stacks.accept(a_copy(2));
  const auto done = stacks.take_unwound(KernelTime(seconds(1)));
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].hash, StackHash(2));
  EXPECT_EQ(done[0].end, StackEnd::CopyLost);
  EXPECT_EQ(stacks.take_losses().full, 1U);
}

TEST(CopiedStacks, AKernelPartWhoseCopyNeverCameIsHandedOverInTheEnd) {
  CopiedStacks stacks(whole_code);
  stacks.accept(RawStack{.hash = StackHash(9), .end = StackEnd::Copied});
  const auto done = stacks.take_rest();
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].end, StackEnd::CopyLost);
  EXPECT_EQ(stacks.take_losses().without_copy, 1U);
}

}  // namespace
}  // namespace culprit
