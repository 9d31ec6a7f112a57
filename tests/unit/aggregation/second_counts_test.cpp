// SPDX-License-Identifier: Apache-2.0
#include "aggregation/second_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "aggregation/limits.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

constexpr KernelTime kStart{std::chrono::hours(2)};

TEST(WindowSeconds, CountsFromTheWindowsStart) {
  const WindowSeconds seconds(kStart);
  EXPECT_EQ(seconds.of(kStart), 0U);
  EXPECT_EQ(seconds.of(kStart + 999ms), 0U);
  EXPECT_EQ(seconds.of(kStart + 1s), 1U);
}

TEST(WindowSeconds, PutsWhatCameTooEarlyOrTooLateAtTheEnds) {
  const WindowSeconds seconds(kStart);
  EXPECT_EQ(seconds.of(kStart - 5s), 0U);
  EXPECT_EQ(seconds.of(kStart + std::chrono::hours(1'000)), kSecondLimit - 1);
  EXPECT_EQ(seconds.of_reading(KernelTime{}), 0U);
}

TEST(WindowSeconds, TakesAReadingForTheSecondBeforeIt) {
  const WindowSeconds seconds(kStart);
  EXPECT_EQ(seconds.of_reading(kStart + 995ms), 0U);
  EXPECT_EQ(seconds.of_reading(kStart + 1s), 0U);
  EXPECT_EQ(seconds.of_reading(kStart + 1'100ms), 0U);
  EXPECT_EQ(seconds.of_reading(kStart + 2'003ms), 1U);
  EXPECT_EQ(seconds.of_reading(kStart + 3'400ms), 3U) << "an interrupted run's last reading";
}

TEST(SecondCounts, BecomeOneNumberPerSecond) {
  SecondCounts counts;
  counts.add(0, 2);
  counts.add(2, 5);
  counts.add(2, 1);
  EXPECT_THAT(counts.dense(4), ElementsAre(2, 0, 6, 0));
}

TEST(SecondCounts, MayComeOutOfOrder) {
  SecondCounts counts;
  counts.add(3, 1);
  counts.add(1, 2);
  counts.add(3, 1);
  counts.add(1, 1);
  EXPECT_THAT(counts.dense(4), ElementsAre(0, 3, 0, 2));
}

TEST(SecondCounts, PutWhatLiesBeyondTheEndIntoTheLastSecond) {
  SecondCounts counts;
  counts.add(9, 4);
  EXPECT_THAT(counts.dense(2), ElementsAre(0, 4));
  EXPECT_TRUE(counts.dense(0).empty());
}

TEST(SecondCounts, AddUpWhenMerged) {
  SecondCounts counts;
  counts.add(0, 1);
  SecondCounts others;
  others.add(0, 2);
  others.add(1, 3);
  counts.merge(others);
  counts.merge(counts);
  EXPECT_THAT(counts.dense(2), ElementsAre(6, 6));
}

TEST(SecondCounts, StopAtTheLargestNumber) {
  SecondCounts counts;
  counts.add(0, std::numeric_limits<std::uint64_t>::max());
  counts.add(0, 9);
  EXPECT_THAT(counts.dense(1), ElementsAre(std::numeric_limits<std::uint64_t>::max()));
  EXPECT_THAT(counts.dense_narrow(1), ElementsAre(std::numeric_limits<std::uint32_t>::max()));
}

}  // namespace
}  // namespace culprit
