// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_lines.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace culprit {
namespace {

std::vector<std::byte> table(std::initializer_list<int> bytes) {
  std::vector<std::byte> result;
  for (const int byte : bytes) {
    result.push_back(static_cast<std::byte>(byte & 0xff));
  }
  return result;
}

TEST(PythonLines, FollowDistancesOfAddressesBefore310) {
  const auto lines = table({0, 1, 8, 2, 6, -1});
  EXPECT_EQ(python_line(lines, 8, 10, 0), 11U);
  EXPECT_EQ(python_line(lines, 9, 10, 7), 11U);
  EXPECT_EQ(python_line(lines, 9, 10, 8), 13U);
  EXPECT_EQ(python_line(lines, 9, 10, 100), 12U);
}

TEST(PythonLines, FollowPiecesIn310) {
  const auto lines = table({4, 1, 2, -128, 6, 2});
  EXPECT_EQ(python_line(lines, 10, 10, 2), 11U);
  EXPECT_EQ(python_line(lines, 10, 10, 4), std::nullopt);
  EXPECT_EQ(python_line(lines, 10, 10, 6), 13U);
  EXPECT_EQ(python_line(lines, 10, 10, 12), std::nullopt);
}

TEST(PythonLines, FollowLocationsSince311) {
  // Forms: 11 (one line on, two columns), short, without columns (distance -1), none, long (+2).
  const auto lines = table({0x80 | 11 << 3 | 1, 0, 0, 0x80 | 0, 0x11, 0x80 | 13 << 3, 0x03,
                            0x80 | 15 << 3, 0x80 | 14 << 3, 0x04, 0, 1, 1});
  EXPECT_EQ(python_line(lines, 11, 10, 0), 11U);
  EXPECT_EQ(python_line(lines, 12, 10, 4), 11U);
  EXPECT_EQ(python_line(lines, 13, 10, 6), 10U);
  EXPECT_EQ(python_line(lines, 14, 10, 8), std::nullopt);
  EXPECT_EQ(python_line(lines, 14, 10, 10), 12U);
}

TEST(PythonLines, BeginWithTheFunctionsOwn) {
  EXPECT_EQ(python_line({}, 11, 10, 0xfffffffe), 10U);
}

TEST(PythonLines, OfNonsenseAreNotKnown) {
  EXPECT_EQ(python_line(table({1, 2, 3}), 12, 10, 0), std::nullopt);
  EXPECT_EQ(python_line(table({0xf8, 0x41, 0x7f}), 12, 10, 40), std::nullopt);
}

}  // namespace
}  // namespace culprit
