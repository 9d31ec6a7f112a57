// SPDX-License-Identifier: Apache-2.0
#include "investigation/overhead_guard.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Action = OverheadGuard::Action;

TEST(OverheadGuard, KeepsWhatIsCheap) {
  OverheadGuard guard(0.02, 2);
  EXPECT_EQ(guard.judge({.runs = 1'000, .run_time = milliseconds(1)}, seconds(1)), Action::Keep);
  EXPECT_GT(guard.last_share(), 0.0);
}

TEST(OverheadGuard, CountsTheEntryThatTheProgramsOwnTimeLeavesOut) {
  OverheadGuard guard(0.02, 1);
  guard.judge({.runs = 100'000, .run_time = milliseconds(0)}, seconds(1));
  EXPECT_NEAR(guard.last_share(), 0.02, 1e-9);
}

TEST(OverheadGuard, NarrowsFirstAndDisablesIfThatDoesNotHelp) {
  OverheadGuard guard(0.02, 2);
  EXPECT_EQ(guard.judge({.runs = 10, .run_time = milliseconds(100)}, seconds(1)), Action::Narrow);
  EXPECT_EQ(guard.judge({.runs = 20, .run_time = milliseconds(200)}, seconds(2)), Action::Disable);
}

TEST(OverheadGuard, JudgesEachIntervalByItself) {
  OverheadGuard guard(0.02, 2);
  EXPECT_EQ(guard.judge({.runs = 10, .run_time = milliseconds(100)}, seconds(1)), Action::Narrow);
  EXPECT_EQ(guard.judge({.runs = 20, .run_time = milliseconds(101)}, seconds(2)), Action::Keep);
}

}  // namespace
}  // namespace culprit
