// SPDX-License-Identifier: Apache-2.0
#include "aggregation/call_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace culprit {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Path = std::vector<FrameId>;
using Weights = std::map<Path, std::uint64_t>;

Path path_of(const std::vector<std::uint32_t>& numbers) {
  Path path;
  for (const std::uint32_t number : numbers) {
    path.push_back(FrameId(number));
  }
  return path;
}

Weights weights_of(const CallTree& tree) {
  Weights weights;
  tree.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    EXPECT_FALSE(weights.contains(Path(path.begin(), path.end()))) << "a path was visited twice";
    weights[Path(path.begin(), path.end())] += weight;
  });
  return weights;
}

ResolvedFrame frame_named(const std::string& function, std::uint32_t line = 0) {
  return {.function = function,
          .file = "a.c",
          .line = line,
          .module = "app",
          .kind = FrameKind::Native,
          .inlined = false};
}

TEST(CallTree, MergesStacksThatShareARoot) {
  CallTree tree;
  tree.add(path_of({1, 2, 3}));
  tree.add(path_of({1, 2, 4}), 2);
  ASSERT_EQ(tree.nodes().size(), 5U);
  EXPECT_EQ(tree.total(), 3U);
  EXPECT_EQ(tree.nodes()[1].total, 3U);
  EXPECT_EQ(tree.nodes()[2].children.size(), 2U);
}

TEST(CallTree, CountsAnEmptyPathAtTheRoot) {
  CallTree tree;
  tree.add({}, 7);
  EXPECT_EQ(tree.total(), 7U);
  EXPECT_EQ(tree.nodes().front().self, 7U);
}

TEST(CallTree, IgnoresPathsWithoutWeight) {
  CallTree tree;
  tree.add(path_of({1}), 0);
  EXPECT_EQ(tree.nodes().size(), 1U);
}

TEST(CallTree, TellsAPathFromItsOwnBeginning) {
  CallTree tree;
  tree.add(path_of({1, 2}), 3);
  tree.add(path_of({1}), 4);
  EXPECT_EQ(weights_of(tree), (Weights{{path_of({1}), 4}, {path_of({1, 2}), 3}}));
}

TEST(CallTree, KeepsRecursionAsDepth) {
  CallTree tree;
  tree.add(path_of({1, 1, 1}));
  EXPECT_EQ(tree.nodes().size(), 4U);
}

TEST(CallTree, FindsTheCommonPathOfMostSamples) {
  CallTree tree;
  tree.add(path_of({1, 2, 3, 4}), 95);
  tree.add(path_of({1, 2, 5}), 5);
  EXPECT_THAT(tree.common_path(0.9), ElementsAre(FrameId(1), FrameId(2), FrameId(3), FrameId(4)));
  EXPECT_THAT(tree.common_path(1.0), ElementsAre(FrameId(1), FrameId(2)));
}

TEST(CallTree, HasNoCommonPathWithoutWeight) {
  EXPECT_THAT(CallTree().common_path(0.0), IsEmpty());
}

TEST(CallTree, FollowsTheHeaviestChildWhenSeveralWouldDo) {
  CallTree tree;
  tree.add(path_of({1}), 40);
  tree.add(path_of({2}), 60);
  EXPECT_THAT(tree.common_path(0.3), ElementsAre(FrameId(2)));
}

TEST(CallTree, FindsChildrenOfWideNodesAgain) {
  CallTree tree;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t frame = 0; frame < 1'000; ++frame) {
      tree.add(path_of({0, frame, frame + 1}));
    }
  }
  EXPECT_EQ(tree.nodes().size(), 1U + 1 + 1'000 + 1'000);
  EXPECT_EQ(tree.total(), 2'000U);
}

TEST(CallTree, TakesAHundredThousandDistinctStacks) {
  CallTree tree;
  for (std::uint32_t stack = 0; stack < 100'000; ++stack) {
    tree.add(path_of({1, 2, stack + 3, stack % 7}));
  }
  EXPECT_EQ(tree.total(), 100'000U);
  EXPECT_EQ(tree.nodes().size(), 3U + 200'000);
}

TEST(CallTree, WalksVeryDeepPathsWithoutRunningOutOfStack) {
  CallTree tree;
  tree.add(Path(200'000, FrameId(1)));
  EXPECT_EQ(weights_of(tree).begin()->first.size(), 200'000U);
}

TEST(CallTree, StopsAtTheLargestNumberInsteadOfStartingAgain) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  CallTree tree;
  tree.add(path_of({1}), kMost - 1);
  tree.add(path_of({1}), 5);
  EXPECT_EQ(tree.total(), kMost);
  CallTree other = tree;
  other.merge(tree);
  EXPECT_EQ(other.total(), kMost);
}

TEST(CallTree, DoublesWhenMergedWithItself) {
  CallTree tree;
  tree.add(path_of({1, 2}), 3);
  tree.merge(tree);
  EXPECT_EQ(weights_of(tree), (Weights{{path_of({1, 2}), 6}}));
}

class RandomTrees : public ::testing::TestWithParam<std::uint32_t> {
 protected:
  std::mt19937 random_{GetParam()};

  Path random_path() {
    Path path;
    const std::size_t depth = random_() % 12;
    while (path.size() < depth) {
      path.push_back(FrameId(static_cast<std::uint32_t>(random_() % 20)));
    }
    return path;
  }

  CallTree random_tree(Weights& expected) {
    CallTree tree;
    for (int count = 0; count < 300; ++count) {
      const Path path = random_path();
      const std::uint64_t weight = 1 + random_() % 5;
      tree.add(path, weight);
      expected[path] += weight;
    }
    return tree;
  }
};

TEST_P(RandomTrees, HoldEachPathWithItsWeight) {
  Weights expected;
  const CallTree tree = random_tree(expected);
  EXPECT_EQ(weights_of(tree), expected);
}

TEST_P(RandomTrees, HaveTotalsThatAreTheSumOfSelfAndChildren) {
  Weights expected;
  const CallTree tree = random_tree(expected);
  std::uint64_t selfs = 0;
  for (CallTree::NodeIndex index = 0; index < tree.nodes().size(); ++index) {
    const CallTree::Node& node = tree.nodes()[index];
    std::uint64_t sum = node.self;
    for (const CallTree::NodeIndex child : node.children) {
      EXPECT_GT(child, index) << "children come after their parents";
      EXPECT_EQ(tree.nodes()[child].parent, index);
      sum += tree.nodes()[child].total;
    }
    EXPECT_EQ(sum, node.total);
    selfs += node.self;
  }
  EXPECT_EQ(selfs, tree.total());
}

TEST_P(RandomTrees, MergeInAnyOrderToTheSame) {
  Weights expected;
  const CallTree first = random_tree(expected);
  const CallTree second = random_tree(expected);
  const CallTree third = random_tree(expected);
  CallTree forwards = first;
  forwards.merge(second);
  forwards.merge(third);
  CallTree backwards = third;
  backwards.merge(second);
  backwards.merge(first);
  EXPECT_EQ(weights_of(forwards), expected);
  EXPECT_EQ(weights_of(backwards), expected);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTrees, ::testing::Range(1U, 9U));

TEST(FrameTable, GivesEqualFramesTheSameNumber) {
  FrameTable frames;
  const FrameId first = frames.intern(frame_named("main"));
  EXPECT_EQ(frames.intern(frame_named("main")), first);
  EXPECT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames.at(first).function, "main");
}

TEST(FrameTable, TellsFramesApartByEveryField) {
  FrameTable frames;
  ResolvedFrame frame = frame_named("main");
  frames.intern(frame);
  frame.line = 3;
  frames.intern(frame);
  frame.file = "b.c";
  frames.intern(frame);
  frame.module = "lib";
  frames.intern(frame);
  frame.kind = FrameKind::Kernel;
  frames.intern(frame);
  frame.inlined = true;
  frames.intern(frame);
  EXPECT_EQ(frames.size(), 6U);
}

TEST(FrameTable, FindsOnlyWhatItHolds) {
  FrameTable frames;
  const FrameId main = frames.intern(frame_named("main"));
  EXPECT_EQ(frames.find(frame_named("main")), main);
  EXPECT_EQ(frames.find(frame_named("other")), std::nullopt);
}

}  // namespace
}  // namespace culprit
