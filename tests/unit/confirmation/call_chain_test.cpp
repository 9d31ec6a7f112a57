// SPDX-License-Identifier: Apache-2.0
#include "confirmation/call_chain.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

FramePlaces stack(std::vector<std::pair<std::uint64_t, std::uint64_t>> frames) {
  FramePlaces places;
  for (const auto& [instruction, stack_pointer] : frames) {
    places.places.push_back({InstructionAddress(instruction), stack_pointer});
  }
  return places;
}

// work <- serve <- main, as the walker sends it: innermost first.
FramePlaces serving(std::uint64_t at) {
  return stack({{at, 0x1000}, {0x500, 0x1020}, {0x600, 0x1040}});
}

TEST(CallsOf, HasTheReturnAddressBelowTheCallersFrame) {
  const std::vector<Call> calls = calls_of(serving(0x400));
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls[0].inside, InstructionAddress(0x500));
  EXPECT_EQ(calls[0].return_address, 0x600U);
  EXPECT_EQ(calls[0].slot, 0x1038U);
  EXPECT_FALSE(calls[0].exact);
  EXPECT_EQ(calls[1].inside, InstructionAddress(0x400));
  EXPECT_EQ(calls[1].return_address, 0x500U);
  EXPECT_EQ(calls[1].slot, 0x1018U);
  EXPECT_TRUE(calls[1].exact);
}

TEST(CallsOf, NothingWithoutACaller) {
  EXPECT_TRUE(calls_of(stack({})).empty());
  EXPECT_TRUE(calls_of(stack({{0x400, 0x1000}})).empty());
}

TEST(CallsOf, NothingWhereTheNextStackMayBeCutElsewhere) {
  FramePlaces deep = serving(0x400);
  deep.end = StackEnd::DepthLimit;
  EXPECT_TRUE(calls_of(deep).empty());
  deep.end = StackEnd::NoUnwindRows;
  EXPECT_FALSE(calls_of(deep).empty());
}

TEST(PersistentCalls, ALeafThatRunsOnIsOneCall) {
  PersistentCalls calls;
  calls.add(serving(0x400));
  calls.add(serving(0x408));
  EXPECT_EQ(calls.calls().size(), 2U);
  EXPECT_EQ(calls.looks(), 2U);
}

TEST(PersistentCalls, EndAtTheFirstDifference) {
  PersistentCalls calls;
  calls.add(stack({{0x300, 0xf00}, {0x400, 0x1000}, {0x500, 0x1020}, {0x600, 0x1040}}));
  // The same depth and place, called from elsewhere in the same function.
  calls.add(stack({{0x300, 0xf00}, {0x410, 0x1000}, {0x500, 0x1020}, {0x600, 0x1040}}));
  EXPECT_EQ(calls.calls().size(), 2U);
}

// The inner calls of a recursion have the outer ones' return address, but not their place.
TEST(PersistentCalls, TellRecursionApartByPlace) {
  PersistentCalls calls;
  calls.add(stack({{0x405, 0xf00}, {0x405, 0xf40}, {0x405, 0xf80}, {0x600, 0x1000}}));
  calls.add(stack({{0x405, 0xf80}, {0x600, 0x1000}}));
  EXPECT_EQ(calls.calls().size(), 1U);
}

TEST(StackOf, IsTheCallWithAllAroundIt) {
  const std::vector<Call> calls = calls_of(serving(0x400));
  const RawStack whole = stack_of(calls, StackEnd::Complete);
  ASSERT_EQ(whole.frames.size(), 3U);
  EXPECT_EQ(whole.frames[0].address, InstructionAddress(0x400));
  EXPECT_TRUE(whole.frames[0].exact);
  EXPECT_EQ(whole.frames[2].address, InstructionAddress(0x600));
  const RawStack outer = stack_of(std::span(calls).first(1), StackEnd::NoUnwindRows);
  EXPECT_EQ(outer.end, StackEnd::NoUnwindRows);
  ASSERT_EQ(outer.frames.size(), 2U);
  EXPECT_EQ(outer.frames[0].address, InstructionAddress(0x500));
  EXPECT_NE(outer.hash, whole.hash);
}

}  // namespace
}  // namespace culprit
