// SPDX-License-Identifier: Apache-2.0
#include "unwinding/mapping_pool.h"

#include <gtest/gtest.h>

#include <vector>

namespace culprit {
namespace {

using std::chrono::seconds;

TEST(MappingPool, HandsOutRunsThatDoNotOverlap) {
  std::vector<culprit_unwind_mappings> memory(4);
  MappingPool pool(memory);
  EXPECT_EQ(pool.take(1, KernelTime()), (BlockRun{.first = 0, .count = 1}));
  EXPECT_EQ(pool.take(3, KernelTime()), (BlockRun{.first = 1, .count = 3}));
  EXPECT_FALSE(pool.take(1, KernelTime()));
}

TEST(MappingPool, LetsARunRestBeforeItIsHandedOutAgain) {
  std::vector<culprit_unwind_mappings> memory(1);
  MappingPool pool(memory);
  const auto run = pool.take(1, KernelTime());
  ASSERT_TRUE(run);
  pool.give_back(*run, KernelTime(seconds(1)));
  EXPECT_FALSE(pool.take(1, KernelTime(seconds(1))));
  EXPECT_TRUE(pool.take(1, KernelTime(seconds(2))));
}

TEST(MappingPool, MarksWhatIsLeftOverAsUnused) {
  std::vector<culprit_unwind_mappings> memory(2);
  MappingPool pool(memory);
  const auto run = pool.take(2, KernelTime());
  std::vector<culprit_unwind_mapping> mappings(CULPRIT_UNWIND_BLOCK_MAPPINGS + 1);
  for (std::size_t index = 0; index < mappings.size(); ++index) {
    mappings[index] = {.start = index * 16, .end = index * 16 + 8};
  }
  pool.write(*run, mappings);
  EXPECT_EQ(memory[0].mappings[CULPRIT_UNWIND_BLOCK_MAPPINGS - 1].start,
            (CULPRIT_UNWIND_BLOCK_MAPPINGS - 1) * 16U);
  EXPECT_EQ(memory[1].mappings[0].start, CULPRIT_UNWIND_BLOCK_MAPPINGS * 16U);
  EXPECT_EQ(memory[1].mappings[1].start, UINT64_MAX);
}

TEST(MappingPool, RefusesNothingAndMoreThanItHas) {
  std::vector<culprit_unwind_mappings> memory(2);
  MappingPool pool(memory);
  EXPECT_FALSE(pool.take(0, KernelTime()));
  EXPECT_FALSE(pool.take(3, KernelTime()));
}

}  // namespace
}  // namespace culprit
