// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/attached_time.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

using std::chrono::milliseconds;

KernelTime at(int milliseconds_since_start) {
  return KernelTime(milliseconds(1000 + milliseconds_since_start));
}

TEST(AttachedTime, IsAllOfTheTimeWhileAttached) {
  AttachedTime time;
  time.attached(at(0));
  const auto first = time.take(at(100));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->observed, milliseconds(100));
  EXPECT_EQ(first->elapsed, milliseconds(100));
  EXPECT_EQ(time.take(at(300))->observed, milliseconds(200));
}

TEST(AttachedTime, LeavesOutPauses) {
  AttachedTime time;
  time.attached(at(0));
  time.detached(at(50));
  time.attached(at(900));
  const auto seen = time.take(at(1000));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->observed, milliseconds(150));
  EXPECT_EQ(seen->elapsed, milliseconds(1000));
}

TEST(AttachedTime, KeepsAPauseForTheNextReading) {
  AttachedTime time;
  time.attached(at(0));
  time.detached(at(100));
  EXPECT_TRUE(time.take(at(100)));
  EXPECT_FALSE(time.take(at(1100)));
  time.attached(at(1900));
  const auto seen = time.take(at(2000));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->observed, milliseconds(100));
  EXPECT_EQ(seen->elapsed, milliseconds(1900));
}

TEST(AttachedTime, IsNothingBeforeTheFirstTime) {
  EXPECT_FALSE(AttachedTime().take(at(5)));
}

}  // namespace
}  // namespace culprit
