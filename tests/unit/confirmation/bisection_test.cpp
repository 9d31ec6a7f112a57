// SPDX-License-Identifier: Apache-2.0
#include "confirmation/bisection.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace culprit {
namespace {

using Calls = std::vector<std::size_t>;

TEST(Bisection, WatchesTheInnermostCallFromTheBeginning) {
  EXPECT_EQ(Bisection(1).wanted(4), Calls{0});
  EXPECT_EQ(Bisection(40).wanted(4).front(), 39U);
  EXPECT_EQ(Bisection(3).wanted(4), (Calls{2, 1, 0}));
  EXPECT_TRUE(Bisection(0).wanted(4).empty());
}

TEST(Bisection, AReturnTakesTheInnerCallsAlong) {
  Bisection bisection(10);
  bisection.held(7);
  bisection.ended(5);
  EXPECT_FALSE(bisection.home());
  for (const std::size_t call : bisection.wanted(4)) {
    EXPECT_LT(call, 5U);
  }
  bisection.held(8);  // seen late: it is over
  EXPECT_FALSE(bisection.home());
}

TEST(Bisection, KeepsWatchingTheHomeAndThoseAroundIt) {
  Bisection bisection(6);
  bisection.held(1);
  bisection.held(3);
  bisection.ended(4);
  EXPECT_TRUE(bisection.narrowed());
  EXPECT_EQ(bisection.home(), 3U);
  EXPECT_EQ(bisection.wanted(4), (Calls{3, 1}));
  EXPECT_EQ(bisection.wanted(1), Calls{3});
}

TEST(Bisection, FallsBackWhenTheHomeEndsAfterAll) {
  Bisection bisection(6);
  bisection.held(1);
  bisection.held(5);
  EXPECT_TRUE(bisection.narrowed());
  bisection.ended(3);
  EXPECT_EQ(bisection.home(), 1U);
  EXPECT_FALSE(bisection.narrowed());
  EXPECT_EQ(bisection.wanted(4), (Calls{1, 2}));
  bisection.ended(0);
  EXPECT_TRUE(bisection.all_ended());
  EXPECT_TRUE(bisection.wanted(4).empty());
}

// Every depth of every possible loop is found with any number of slots, in a logarithm of rounds.
TEST(Bisection, FindsEveryHome) {
  for (std::size_t calls = 1; calls <= 70; ++calls) {
    for (std::size_t home = 0; home < calls; ++home) {
      for (std::size_t slots = 2; slots <= 4; ++slots) {
        Bisection bisection(calls);
        std::size_t rounds = 0;
        while (!bisection.narrowed() && ++rounds < 20) {
          for (const std::size_t call : bisection.wanted(slots)) {
            call > home ? bisection.ended(call) : bisection.held(call);
          }
        }
        EXPECT_EQ(bisection.home(), home) << calls << " calls, " << slots << " slots";
        EXPECT_LE(rounds, 7U);
      }
    }
  }
}

TEST(Bisection, WantsNoCallTwice) {
  for (std::size_t calls = 1; calls <= 20; ++calls) {
    Bisection bisection(calls);
    bisection.held(calls / 2);
    bisection.held(calls / 3);
    const Calls wanted = bisection.wanted(4);
    EXPECT_EQ(std::set(wanted.begin(), wanted.end()).size(), wanted.size());
    EXPECT_LE(wanted.size(), 4U);
    EXPECT_TRUE(std::ranges::all_of(wanted, [&](std::size_t call) { return call < calls; }));
  }
}

}  // namespace
}  // namespace culprit
