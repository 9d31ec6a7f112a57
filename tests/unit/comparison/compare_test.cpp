// SPDX-License-Identifier: Apache-2.0
#include "comparison/compare.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>

#include "support/timed_profile.h"

namespace culprit {
namespace {

BlockProfile blocks_of(const Profile& profile) {
  BlockProfile blocks;
  blocks.add(profile, [](const WorkloadProfile& workload) -> std::optional<std::string> {
    return workload.container.name;
  });
  return blocks;
}

/// So many functions below main of equal shares, drawn sample by sample; `dearer` of them is so
/// many times as likely.
Profile random_profile(std::mt19937_64& random, std::uint32_t seconds, int functions, double dearer,
                       std::uint32_t each_second = 1000) {
  TimedProfile built(seconds);
  const std::size_t web = built.container("web");
  std::vector<double> weights(static_cast<std::size_t>(functions), 1.0);
  weights.front() = dearer;
  std::discrete_distribution<int> draw(weights.begin(), weights.end());
  for (std::uint32_t second = 0; second < seconds; ++second) {
    std::vector<std::uint64_t> counts(weights.size());
    for (std::uint32_t sample = 0; sample < each_second; ++sample) {
      ++counts[static_cast<std::size_t>(draw(random))];
    }
    for (std::size_t function = 0; function < counts.size(); ++function) {
      if (counts[function] > 0) {
        built.samples(web, second, counts[function],
                      std::vector<std::string>{"main", "f" + std::to_string(function)});
      }
    }
  }
  return built.profile;
}

const ComparedRow* row_of(const Comparison& comparison, const std::string& function) {
  for (const ComparedRow& row : comparison.functions) {
    if (row.frame.name.function == function) {
      return &row;
    }
  }
  return nullptr;
}

TEST(Compare, SaysNothingOfOneThingTwice) {
  std::mt19937_64 random(1);
  int alarms = 0;
  for (int pair = 0; pair < 100; ++pair) {
    const Comparison comparison = compare(blocks_of(random_profile(random, 10, 20, 1, 500)),
                                          blocks_of(random_profile(random, 10, 20, 1, 500)));
    EXPECT_GE(comparison.tests, 20U);
    alarms += comparison.result == ComparisonResult::Different ? 1 : 0;
  }
  EXPECT_LE(alarms, 5);
}

TEST(Compare, NamesTheFunctionThatGrew) {
  std::mt19937_64 random(2);
  const Comparison comparison = compare(blocks_of(random_profile(random, 20, 5, 1)),
                                        blocks_of(random_profile(random, 20, 5, 1.3)));
  EXPECT_EQ(comparison.result, ComparisonResult::Different);
  const ComparedRow* row = row_of(comparison, "f0");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->own.change, Change::Grew);
  EXPECT_NEAR(row->own.difference.change, 1.3 / 5.3 - 0.2, 0.01);
  EXPECT_EQ(&comparison.functions.front(), row) << "the largest change comes first";
  EXPECT_EQ(row->frame.file, "server.c");
  // What is always on the stack has not changed.
  EXPECT_EQ(row_of(comparison, "main")->whole.change, Change::None);
}

TEST(Compare, TellsNewAndGoneFunctions) {
  TimedProfile before(10), after(10);
  for (TimedProfile* side : {&before, &after}) {
    const std::size_t web = side->container("web");
    for (std::uint32_t second = 0; second < 10; ++second) {
      side->samples(web, second, 90 + second % 3, std::vector<std::string>{"main", "work"});
      side->samples(web, second, 10 + second % 2,
                    std::vector<std::string>{"main", side == &before ? "encode" : "compress"});
    }
  }
  const Comparison comparison = compare(blocks_of(before.profile), blocks_of(after.profile));
  EXPECT_EQ(row_of(comparison, "encode")->own.change, Change::Gone);
  EXPECT_EQ(row_of(comparison, "compress")->own.change, Change::New);
  // The tree keeps both.
  std::vector<std::string> names;
  for (const DifferenceTree::Node& node : comparison.tree.nodes) {
    names.push_back(node.before == 0  ? "+" + comparison.tree.frames[node.frame].name.function
                    : node.after == 0 ? "-" + comparison.tree.frames[node.frame].name.function
                                      : "");
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"-encode", "+compress"}));
}

TEST(Compare, DoesNotTestWhatWasSeenInFewBlocks) {
  std::mt19937_64 random(4);
  Profile before = random_profile(random, 20, 4, 1);
  TimedProfile after(20);
  after.profile = random_profile(random, 20, 4, 1);
  after.samples(0, 7, 900, std::vector<std::string>{"main", "burst"});
  const Comparison comparison = compare(blocks_of(before), blocks_of(after.profile));
  const ComparedRow* burst = row_of(comparison, "burst");
  ASSERT_NE(burst, nullptr);
  EXPECT_GT(burst->own.difference.change, 0.03);
  EXPECT_FALSE(burst->own.tested);
  EXPECT_EQ(burst->own.change, Change::None);
}

TEST(Compare, GivesNoVerdictOnLittleHoweverSure) {
  TimedProfile before(60), after(60);
  for (TimedProfile* side : {&before, &after}) {
    const std::size_t web = side->container("web");
    for (std::uint32_t second = 0; second < 60; ++second) {
      side->samples(web, second, 990'000, std::vector<std::string>{"main", "work"});
      side->samples(web, second, side == &before ? 8'000 : 12'000,
                    std::vector<std::string>{"main", "detail"});
    }
  }
  const Comparison comparison = compare(blocks_of(before.profile), blocks_of(after.profile));
  const ComparedRow* detail = row_of(comparison, "detail");
  ASSERT_NE(detail, nullptr);
  EXPECT_TRUE(detail->own.tested);
  EXPECT_LT(detail->own.adjusted_p, 0.001);
  EXPECT_EQ(comparison.result, ComparisonResult::NoSignificantDifference);
}

TEST(Compare, SaysWhenThereAreTooFewSeconds) {
  std::mt19937_64 random(6);
  const Comparison comparison = compare(blocks_of(random_profile(random, 4, 5, 1)),
                                        blocks_of(random_profile(random, 30, 5, 3)));
  EXPECT_EQ(comparison.result, ComparisonResult::TooShort);
  EXPECT_EQ(comparison.tests, 0U);
  EXPECT_FALSE(row_of(comparison, "f0")->own.tested);
  EXPECT_GT(row_of(comparison, "f0")->own.difference.change, 0.1) << "shown all the same";
}

TEST(Compare, TakesAnEmptySide) {
  std::mt19937_64 random(6);
  const BlockProfile some = blocks_of(random_profile(random, 10, 5, 1));
  for (const Comparison& comparison : {compare(some, BlockProfile()), compare(BlockProfile(), some),
                                       compare(BlockProfile(), BlockProfile()),
                                       compare(some, blocks_of(TimedProfile(10).profile))}) {
    EXPECT_EQ(comparison.result, ComparisonResult::TooShort);
  }
}

TEST(Compare, DoesNotTestStacksWithoutTimes) {
  FrameTable frames;
  CallTree one, other;
  const std::vector<FrameId> path = {frames.intern(server_frame("main")),
                                     frames.intern(server_frame("work"))};
  one.add(path, 1000);
  other.add(std::span(path).first(1), 1000);
  BlockProfile before, after;
  before.add_untimed(one, frames);
  after.add_untimed(other, frames);
  const Comparison comparison = compare(before, after);
  EXPECT_EQ(comparison.result, ComparisonResult::Untested);
  EXPECT_DOUBLE_EQ(row_of(comparison, "work")->own.difference.change, -1);
}

TEST(Compare, CountsQuestionsOfEqualAnswersOnce) {
  std::mt19937_64 random(8);
  const auto deep = [&](int depth) {
    TimedProfile built(10);
    const std::size_t web = built.container("web");
    std::vector<std::string> path = {"main"};
    for (int level = 0; level < depth; ++level) {
      path.push_back("level" + std::to_string(level));
    }
    std::binomial_distribution<std::uint64_t> draw(1000, 0.5);
    for (std::uint32_t second = 0; second < 10; ++second) {
      const std::uint64_t some = draw(random);
      built.samples(web, second, some, path);
      built.samples(web, second, 1000 - some, std::vector<std::string>{"main", "other"});
    }
    return blocks_of(built.profile);
  };
  // "level" and "other": one test each, however deep the chain; main has no own samples.
  EXPECT_EQ(compare(deep(40), deep(40)).tests, 2U);
}

TEST(Compare, CountsARecursiveFunctionOnce) {
  TimedProfile built(10);
  const std::size_t web = built.container("web");
  for (std::uint32_t second = 0; second < 10; ++second) {
    built.samples(web, second, 100, std::vector<std::string>{"main", "walk", "walk", "walk"});
    built.samples(web, second, 100, std::vector<std::string>{"main", "rest"});
  }
  const BlockProfile blocks = blocks_of(built.profile);
  const Comparison comparison = compare(blocks, blocks);
  EXPECT_DOUBLE_EQ(row_of(comparison, "walk")->whole.before.share, 0.5);
}

}  // namespace
}  // namespace culprit
