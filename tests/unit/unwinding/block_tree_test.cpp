// SPDX-License-Identifier: Apache-2.0
#include "unwinding/block_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <random>

namespace culprit {
namespace {

/// Rows at these distances from each other; rule k of a table has number 100 + k.
struct Built {
  UnwindTable table;
  BlockTree tree;
};

Built built_with(std::size_t rows, std::uint32_t min_step, std::uint32_t max_step) {
  Built built;
  built.table.rules.resize(50);
  std::mt19937 random(7);
  std::uniform_int_distribution<std::uint32_t> step(min_step, max_step);
  std::uint32_t address = 0;
  for (std::size_t index = 0; index < rows; ++index) {
    const auto rule = static_cast<std::uint32_t>(index + 1 == rows ? 0 : 1 + index % 49);
    built.table.rows.push_back({.address = address, .rule = rule});
    address += step(random);
  }
  std::vector<std::uint16_t> numbers(50);
  std::iota(numbers.begin(), numbers.end(), std::uint16_t{100});
  numbers[0] = 0;
  auto tree = lay_out_blocks(built.table, numbers);
  EXPECT_TRUE(tree);
  built.tree = *std::move(tree);
  return built;
}

std::uint16_t expected_at(const UnwindTable& table, std::uint64_t address) {
  std::uint32_t rule = 0;
  const auto after = std::ranges::upper_bound(table.rows, address, {}, &UnwindRow::address);
  if (after != table.rows.begin()) {
    rule = std::prev(after)->rule;
  }
  return static_cast<std::uint16_t>(rule == 0 ? 0 : 100 + rule);
}

void expect_agreement(const Built& built) {
  for (const UnwindRow& row : built.table.rows) {
    for (const std::uint64_t address : {std::uint64_t{row.address}, std::uint64_t{row.address} + 1,
                                        std::uint64_t{row.address} + 70000}) {
      ASSERT_EQ(find_rule_number(built.tree, address), expected_at(built.table, address))
          << address;
    }
    if (row.address > 0) {
      ASSERT_EQ(find_rule_number(built.tree, row.address - 1),
                expected_at(built.table, row.address - 1));
    }
  }
  EXPECT_EQ(find_rule_number(built.tree, UINT32_MAX), 0);
  EXPECT_EQ(find_rule_number(built.tree, UINT64_MAX), 0);
}

TEST(BlockTree, FindsEveryRowOfASmallTable) {
  const Built built = built_with(600, 1, 40);
  EXPECT_EQ(built.tree.blocks.size(), 1U + 3U);
  EXPECT_EQ(built.tree.middle_blocks, 0U);
  expect_agreement(built);
}

TEST(BlockTree, FindsEveryRowOfATableWithMiddleBlocks) {
  const Built built = built_with(256 * 256 + 5000, 1, 40);
  EXPECT_EQ(built.tree.middle_blocks, 2U);
  expect_agreement(built);
}

TEST(BlockTree, BeginsALeafWhereOffsetsWouldNotFit) {
  const Built built = built_with(3000, 20000, 120000);
  EXPECT_GT(built.tree.blocks.size(), 1U + 3000U / 6U);
  expect_agreement(built);
}

TEST(BlockTree, KeepsOffsetsBelowTheOneThatLooksUnused) {
  const Built built = built_with(300, 0xffff, 0xffff);
  expect_agreement(built);
}

TEST(BlockTree, OfAnEmptyTableFindsNothing) {
  const UnwindTable table{.rules = {UnwindRule{}}};
  const auto tree = lay_out_blocks(table, std::vector<std::uint16_t>{0});
  ASSERT_TRUE(tree);
  EXPECT_EQ(tree->blocks.size(), 1U);
  EXPECT_EQ(find_rule_number(*tree, 0), 0);
}

TEST(BlockTree, RefusesMoreThanItHolds) {
  UnwindTable table{.rules = std::vector<UnwindRule>(2)};
  for (std::uint32_t index = 0; index < 65537; ++index) {
    table.rows.push_back({.address = index * 65535U, .rule = index % 2});
  }
  EXPECT_FALSE(lay_out_blocks(table, std::vector<std::uint16_t>{0, 1}));
}

}  // namespace
}  // namespace culprit
