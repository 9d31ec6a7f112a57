// SPDX-License-Identifier: Apache-2.0
#include "unwinding/rule_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/unwinding/rule_matchers.h"

namespace culprit {
namespace {

using test::at_frame_pointer;
using test::at_stack_pointer;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(RuleBook, NumbersEachRuleOnce) {
  RuleBook book;
  const auto first = book.add(std::vector{UnwindRule{}, at_stack_pointer(8)});
  const auto second =
      book.add(std::vector{UnwindRule{}, at_stack_pointer(16), at_stack_pointer(8)});
  ASSERT_TRUE(first && second);
  EXPECT_THAT(first->numbers, ElementsAre(0, 1));
  EXPECT_THAT(first->added, ElementsAre(1));
  EXPECT_THAT(second->numbers, ElementsAre(0, 2, 1));
  EXPECT_THAT(second->added, ElementsAre(2));
  EXPECT_EQ(book.rule(2), at_stack_pointer(16));
}

TEST(RuleBook, FreesWhatNoTableUses) {
  RuleBook book(3);
  const auto first = book.add(std::vector{at_stack_pointer(8), at_stack_pointer(16)});
  const auto second = book.add(std::vector{at_stack_pointer(8)});
  ASSERT_TRUE(first && second);
  book.remove(first->numbers);
  EXPECT_EQ(book.size(), 2U);
  const auto third = book.add(std::vector{at_frame_pointer(16), at_stack_pointer(8)});
  ASSERT_TRUE(third);
  EXPECT_THAT(third->numbers, ElementsAre(2, 1));
  EXPECT_EQ(book.rule(2), at_frame_pointer(16));
}

TEST(RuleBook, KeepsNothingOfATableWithoutRoom) {
  RuleBook book(2);
  EXPECT_FALSE(book.add(std::vector{at_stack_pointer(8), at_stack_pointer(16)}));
  EXPECT_EQ(book.size(), 1U);
  const auto small = book.add(std::vector{at_stack_pointer(24)});
  ASSERT_TRUE(small);
  EXPECT_FALSE(book.add(std::vector{at_stack_pointer(8)}));
  EXPECT_THAT(book.add({})->numbers, IsEmpty());
}

TEST(RuleBook, KeepsTheRuleOfGaps) {
  RuleBook book;
  const auto numbers = book.add(std::vector{UnwindRule{}});
  book.remove(numbers->numbers);
  EXPECT_EQ(book.size(), 1U);
  EXPECT_THAT(book.add(std::vector{UnwindRule{}})->added, IsEmpty());
}

TEST(RuleBook, GivesFreeNumbersAwayAsLateAsPossible) {
  RuleBook book(4);
  const auto first = book.add(std::vector{at_stack_pointer(8)});
  book.remove(first->numbers);
  EXPECT_THAT(book.add(std::vector{at_stack_pointer(16)})->numbers, ElementsAre(2));
}

}  // namespace
}  // namespace culprit
