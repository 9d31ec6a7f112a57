// SPDX-License-Identifier: Apache-2.0
#include "unwinding/row_collector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/unwinding/rule_matchers.h"

namespace culprit {

inline void PrintTo(const UnwindRow& row, std::ostream* out) {
  *out << row.address << " rule " << row.rule;
}

namespace {

using test::at_frame_pointer;
using test::at_stack_pointer;
using testing::ElementsAre;

// 0 is that of gaps, 1 the one that is not supported.
constexpr std::uint32_t kFirst = 2;
constexpr std::uint32_t kSecond = 3;

class RowCollectorTest : public testing::Test {
 protected:
  void function(std::uint32_t start, std::uint32_t end, const UnwindRule& rule) {
    collector_.begin_function(start, end);
    collector_.add_row(start, rule);
  }
  void function(std::uint32_t start, std::uint32_t end) {
    function(start, end, at_stack_pointer(8));
  }
  void other_function(std::uint32_t start, std::uint32_t end) {
    function(start, end, at_frame_pointer(16));
  }

  RowCollector collector_{16};
};

TEST_F(RowCollectorTest, SortsAndMarksGaps) {
  other_function(40, 50);
  function(10, 20);
  const UnwindTable table = collector_.take_table(1000);
  EXPECT_EQ(table.lowest_address, 1010U);
  EXPECT_THAT(table.rows, ElementsAre(UnwindRow{0, kSecond}, UnwindRow{10, 0},
                                      UnwindRow{30, kFirst}, UnwindRow{40, 0}));
}

TEST_F(RowCollectorTest, MergesNeighboursOfOneRule) {
  function(10, 20);
  function(20, 30);
  EXPECT_THAT(collector_.take_table(0).rows, ElementsAre(UnwindRow{0, kFirst}, UnwindRow{20, 0}));
}

TEST_F(RowCollectorTest, BelievesTheFirstOfTwoThatOverlap) {
  function(0, 20);
  other_function(10, 30);
  EXPECT_THAT(collector_.take_table(0).rows,
              ElementsAre(UnwindRow{0, kFirst}, UnwindRow{20, kSecond}, UnwindRow{30, 0}));
}

TEST_F(RowCollectorTest, LeavesOutWhatIsSaidTwice) {
  function(0, 20);
  other_function(0, 20);
  other_function(5, 10);
  const UnwindTable table = collector_.take_table(0);
  EXPECT_THAT(table.rows, ElementsAre(UnwindRow{0, kFirst}, UnwindRow{20, 0}));
  EXPECT_EQ(table.counters.functions_repeated, 2U);
}

TEST_F(RowCollectorTest, CutsRowsWhereAnotherFunctionReaches) {
  function(0, 12);
  collector_.begin_function(4, 30);
  collector_.add_row(4, at_stack_pointer(16));
  collector_.add_row(10, at_stack_pointer(24));
  collector_.add_row(20, at_stack_pointer(32));
  EXPECT_THAT(collector_.take_table(0).rows,
              ElementsAre(UnwindRow{0, 2}, UnwindRow{12, 4}, UnwindRow{20, 5}, UnwindRow{30, 0}));
}

TEST_F(RowCollectorTest, IsEmptyWithoutFunctions) {
  EXPECT_TRUE(collector_.take_table(0).rows.empty());
}

TEST(RowCollectorLimit, MakesFurtherRulesUnsupported) {
  RowCollector collector(3);
  collector.begin_function(0, 10);
  collector.add_row(0, at_stack_pointer(8));
  collector.add_row(5, at_stack_pointer(16));
  const UnwindTable table = collector.take_table(0);
  EXPECT_EQ(table.rule_at(0), at_stack_pointer(8));
  EXPECT_EQ(table.rule_at(5).cfa, CULPRIT_CFA_UNSUPPORTED);
  EXPECT_EQ(table.counters.unsupported_rows, 1U);
}

}  // namespace
}  // namespace culprit
