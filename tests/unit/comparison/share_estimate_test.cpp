// SPDX-License-Identifier: Apache-2.0
#include "comparison/share_estimate.h"

#include <gmock/gmock.h>

#include <cmath>
#include <random>
#include <vector>

namespace culprit {
namespace {

using Counts = std::vector<std::uint64_t>;
using testing::DoubleNear;

struct Stream {
  Counts counts, totals;
};

/// Independent samples.
Stream independent(double share, std::size_t blocks, std::uint64_t each, std::mt19937_64& random) {
  Stream stream;
  std::binomial_distribution<std::uint64_t> draw(each, share);
  for (std::size_t block = 0; block < blocks; ++block) {
    stream.counts.push_back(draw(random));
    stream.totals.push_back(each);
  }
  return stream;
}

ShareDifference difference(const Stream& before, const Stream& after) {
  return difference_of(estimate_share(before.counts, before.totals),
                       estimate_share(after.counts, after.totals));
}

TEST(ShareEstimate, HasTheStandardErrorOfIndependentSamples) {
  std::mt19937_64 random(7);
  double sum = 0;
  constexpr int kRuns = 300;
  for (int run = 0; run < kRuns; ++run) {
    const Stream stream = independent(0.2, 15, 200, random);
    sum += estimate_share(stream.counts, stream.totals).variance;
  }
  EXPECT_THAT(sum / kRuns, DoubleNear(0.2 * 0.8 / 3000, 0.1 * 0.2 * 0.8 / 3000));
}

TEST(ShareEstimate, WeighsBlocksByTheirSamples) {
  const ShareEstimate estimate = estimate_share(Counts{10, 400}, Counts{100, 1000});
  EXPECT_DOUBLE_EQ(estimate.share, 410.0 / 1100.0);
  EXPECT_EQ(estimate.samples, 410U);
  EXPECT_EQ(estimate.of, 1100U);
  EXPECT_EQ(estimate.seen_blocks, 2U);
}

TEST(ShareEstimate, KnowsNothingOfTheSpreadOfOneBlock) {
  EXPECT_EQ(estimate_share(Counts{10}, Counts{100}).freedom, 0);
  EXPECT_EQ(estimate_share(Counts{}, Counts{}).freedom, 0);
  EXPECT_EQ(estimate_share(Counts{0, 0}, Counts{0, 0}).of, 0U);
  // Nearly everything in one block is one block.
  EXPECT_EQ(estimate_share(Counts{10, 0, 0}, Counts{10000, 1, 1}).freedom, 0);
}

TEST(ShareEstimate, TakesPhasesOfSecondsForFewObservations) {
  // Four seconds of one thing, four of another: 32 blocks, but only 8 turns.
  Counts counts, totals;
  for (int block = 0; block < 32; ++block) {
    counts.push_back(block / 4 % 2 == 0 ? 100 : 0);
    totals.push_back(100);
  }
  // A few more of the one at the end, so that the phases do not cancel out.
  const double by_seconds = 0.25 / 31;
  const ShareEstimate regular = estimate_share(counts, totals);
  EXPECT_GT(regular.variance, 3 * by_seconds);
  EXPECT_LT(regular.freedom, 10);
}

TEST(ShareDifference, FindsWhatIsThereAndGivesItsInterval) {
  std::mt19937_64 random(3);
  const ShareDifference found =
      difference(independent(0.20, 15, 2000, random), independent(0.24, 15, 2000, random));
  EXPECT_LT(found.p_value, 1e-6);
  EXPECT_THAT(found.change, DoubleNear(0.04, 0.01));
  EXPECT_LT(found.low, 0.04);
  EXPECT_GT(found.high, 0.04);
}

TEST(ShareDifference, CoversTheTruthNineteenTimesOfTwenty) {
  std::mt19937_64 random(11);
  int covered = 0, alarms = 0;
  constexpr int kRuns = 1000;
  for (int run = 0; run < kRuns; ++run) {
    const ShareDifference found =
        difference(independent(0.1, 12, 300, random), independent(0.1, 12, 300, random));
    covered += found.low <= 0 && found.high >= 0 ? 1 : 0;
    alarms += found.p_value < 0.05 ? 1 : 0;
  }
  EXPECT_GE(covered, 940);
  EXPECT_EQ(covered, kRuns - alarms);
}

TEST(ShareDifference, CountsAFrameOfOneSideOnlyAsUncertain) {
  // Seen in two of ten blocks, never on the other side.
  const Counts none(10, 0), totals(10, 100);
  Counts some(10, 0);
  some[3] = some[7] = 5;
  const ShareDifference found =
      difference_of(estimate_share(none, totals), estimate_share(some, totals));
  EXPECT_GT(found.p_value, 0.05);
}

TEST(ShareDifference, IsNothingBetweenAllAndAll) {
  const Counts totals(10, 100);
  const ShareEstimate all = estimate_share(totals, totals);
  const ShareDifference found = difference_of(all, all);
  EXPECT_EQ(found.change, 0);
  EXPECT_EQ(found.p_value, 1);
}

TEST(ShareDifference, SaysNoPValueWithoutSpread) {
  const ShareDifference found = difference_of(estimate_share(Counts{10}, Counts{100}),
                                              estimate_share(Counts{50}, Counts{100}));
  EXPECT_DOUBLE_EQ(found.change, 0.4);
  EXPECT_EQ(found.p_value, 1);
  EXPECT_EQ(found.freedom, 0);
}

TEST(DetectableChange, IsFoundEightTimesOfTen) {
  std::mt19937_64 random(5);
  const ShareDifference same =
      difference(independent(0.2, 20, 500, random), independent(0.2, 20, 500, random));
  const double change = detectable_change(same, 0.05);
  int found = 0;
  constexpr int kRuns = 400;
  for (int run = 0; run < kRuns; ++run) {
    found +=
        difference(independent(0.2, 20, 500, random), independent(0.2 + change, 20, 500, random))
                    .p_value < 0.05
            ? 1
            : 0;
  }
  EXPECT_NEAR(found / static_cast<double>(kRuns), 0.8, 0.12);
}

}  // namespace
}  // namespace culprit
