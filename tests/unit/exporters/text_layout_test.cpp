// SPDX-License-Identifier: Apache-2.0
#include "exporters/text_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(TextLayout, CountsColumnsNotBytes) {
  EXPECT_EQ(columns_of("abc"), 3U);
  EXPECT_EQ(columns_of("\u00E9"), 1U);
  EXPECT_EQ(columns_of("\u4F60\u597D"), 4U);
  EXPECT_EQ(columns_of("e\u0301"), 1U);
}

TEST(TextLayout, CutsNamesInTheMiddleForTheyDifferAtTheEnds) {
  EXPECT_EQ(cut_middle("short", 10), "short");
  EXPECT_EQ(cut_middle("kubernetes-pod-backend-7", 13), "kuber...end-7");
  EXPECT_EQ(cut_middle("abcdef", 3), "...");
  EXPECT_EQ(cut_middle("abcdef", 0), "");
}

TEST(TextLayout, NeverCutsALetterInTwo) {
  for (std::size_t columns = 0; columns < 14; ++columns) {
    const std::string cut = cut_middle("\u4F60\u597D\u4F60\u597D\u00E9\u00E9\u4F60", columns);
    EXPECT_LE(columns_of(cut), columns);
    EXPECT_EQ(cut.find("\xEF\xBF\xBD"), std::string::npos);
  }
}

TEST(TextLayout, WrapsAtSpacesAndCutsWordsThatFitNowhere) {
  EXPECT_THAT(wrap("one two three", 7, 5), testing::ElementsAre("one two", "three"));
  EXPECT_THAT(wrap("aaaaaaaaaa b", 5, 5), testing::ElementsAre("a...a", "b"));
  EXPECT_THAT(wrap("it takes 3.8 MB/s", 12, 12), testing::ElementsAre("it takes", "3.8 MB/s"));
  EXPECT_THAT(wrap("", 5, 5), testing::ElementsAre(""));
  EXPECT_THAT(wrap("  two   spaces ", 20, 20), testing::ElementsAre("two spaces"));
}

TEST(TextLayout, AlignsAFigureAtTheRightEdgeOrOnItsOwnLine) {
  std::vector<Line> lines = {{{"text", Style::Plain}}};
  align_right(lines, "0.93", 10);
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(columns_of(lines[0]), 10U);
  align_right(lines, "0.88", 10);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(columns_of(lines[1]), 10U);
}

TEST(TextPage, ColoursOnlyWhenAsked) {
  TextPage plain(/*colours=*/false);
  plain.paragraph("VERDICT", "loops", Style::Bad);
  EXPECT_EQ(std::move(plain).take(), "VERDICT  loops\n");
  TextPage coloured(/*colours=*/true);
  coloured.paragraph("VERDICT", "loops", Style::Bad);
  EXPECT_EQ(std::move(coloured).take(), "\x1b[1mVERDICT\x1b[0m  \x1b[1;31mloops\x1b[0m\n");
}

TEST(TextPage, HangsLinesAfterTheFirst) {
  TextPage page(/*colours=*/false);
  page.paragraph("  proof", std::string(60, 'a') + " " + std::string(30, 'b'));
  EXPECT_EQ(std::move(page).take(), "  proof  " + std::string(60, 'a') + "\n" +
                                        std::string(11, ' ') + std::string(30, 'b') + "\n");
}

}  // namespace
}  // namespace culprit
