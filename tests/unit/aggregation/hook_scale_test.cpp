// SPDX-License-Identifier: Apache-2.0
#include "aggregation/hook_scale.h"

#include <gtest/gtest.h>

#include <limits>

namespace culprit {
namespace {

using std::chrono::milliseconds;

HookScale seen_for(milliseconds observed, milliseconds elapsed) {
  HookScale scale;
  scale.learn({.until = {}, .elapsed = elapsed, .observed = observed});
  return scale;
}

TEST(HookScale, LeavesCountsOfAWholeSecondAsTheyAre) {
  EXPECT_EQ(HookScale().of(SyscallCount{.count = 7}).count, 7U);
  EXPECT_EQ(seen_for(milliseconds(1000), milliseconds(1000)).of(SyscallCount{.count = 7}).count,
            7U);
}

TEST(HookScale, ScalesWhatWasSeenInAPartOfTheTime) {
  const HookScale scale = seen_for(milliseconds(100), milliseconds(1000));
  EXPECT_EQ(scale.of(SyscallCount{.count = 7}).count, 70U);
  const WriteCount write = scale.of(WriteCount{.calls = 3,
                                               .bytes = 90,
                                               .text_calls = 2,
                                               .printable_calls = 3,
                                               .inner_bytes = 64,
                                               .inner_newlines = 1});
  EXPECT_EQ(write.calls, 30U);
  EXPECT_EQ(write.bytes, 900U);
  EXPECT_EQ(write.text_calls, 20U);
  EXPECT_EQ(write.printable_calls, 30U);
  EXPECT_EQ(write.inner_bytes, 640U);
  EXPECT_EQ(write.inner_newlines, 10U);
  EXPECT_EQ(scale.of(ExchangeCount{.exchanges = 5, .request_bytes = 80}).request_bytes, 80U);
  EXPECT_EQ(scale.of(ExchangeCount{.exchanges = 5}).exchanges, 50U);
}

TEST(HookScale, ScalesOnlyThoseAttemptsThatTheHookSaw) {
  const HookScale scale = seen_for(milliseconds(250), milliseconds(1000));
  EXPECT_EQ(scale.of(ConnectCount{.by_call = false, .count = 8}).count, 8U);
  ConnectCount attempt{.by_call = true, .count = 8};
  attempt.gaps[3] = 2;
  EXPECT_EQ(scale.of(attempt).count, 32U);
  EXPECT_EQ(scale.of(attempt).gaps[3], 8U);
}

TEST(HookScale, RemembersTheShareOfTheWholeWindow) {
  HookScale scale;
  EXPECT_EQ(scale.observed_share(), 1.0);
  scale.learn({.until = {}, .elapsed = milliseconds(1000), .observed = milliseconds(1000)});
  scale.learn({.until = {}, .elapsed = milliseconds(1000), .observed = milliseconds(100)});
  EXPECT_DOUBLE_EQ(scale.observed_share(), 0.55);
}

TEST(HookScale, CannotBeMadeToOverflow) {
  const HookScale scale = seen_for(milliseconds(1), milliseconds(10'000'000));
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(scale.of(SyscallCount{.count = most}).count, most);
  EXPECT_EQ(seen_for(milliseconds(0), milliseconds(1000)).of(SyscallCount{.count = 7}).count, 7U);
}

}  // namespace
}  // namespace culprit
