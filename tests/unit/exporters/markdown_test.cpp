// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exporters/markdown_exporter.h"
#include "exporters/markdown_text.h"
#include "golden/golden_reports.h"

namespace culprit {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MarkdownText, EscapesMarkupAndHtml) {
  EXPECT_EQ(markdown_text("a_b *c* [d] `e` | f"), "a\\_b \\*c\\* \\[d\\] \\`e\\` \\| f");
  EXPECT_EQ(markdown_text("<b>&amp;"), "&lt;b&gt;&amp;amp;");
}

TEST(MarkdownText, LeavesPlainSentencesReadable) {
  EXPECT_EQ(markdown_text("1.00 core (of 2): fine, 10.0 s - yes!"),
            "1.00 core (of 2): fine, 10.0 s - yes!");
}

TEST(MarkdownText, DoesNotBeginListsRulesOrHeadings) {
  EXPECT_EQ(markdown_text("1. first"), "1\\. first");
  EXPECT_EQ(markdown_text("- item"), "\\- item");
  EXPECT_EQ(markdown_text("---"), "\\---");
  EXPECT_EQ(markdown_text("# heading"), "`#` heading");
}

TEST(MarkdownText, KeepsMentionsAndLinksAsCode) {
  EXPECT_EQ(markdown_text("ask @all"), "ask `@all`");
  EXPECT_EQ(markdown_text("see http://evil.example now"), "see `http://evil.example` now");
  EXPECT_THAT(markdown_text("<@all>"), HasSubstr("@\u200B"));
  EXPECT_THAT(markdown_text("<@all>"), Not(HasSubstr("<")));
}

TEST(MarkdownCode, HasAFenceLongerThanAnyInside) {
  EXPECT_EQ(markdown_code("plain"), "`plain`");
  EXPECT_EQ(markdown_code("a`b"), "``a`b``");
  EXPECT_EQ(markdown_code("`a`"), "`` `a` ``");
  EXPECT_EQ(markdown_code(""), "");
}

TEST(MarkdownCode, HoldsNoBarAndNoHtml) {
  EXPECT_EQ(markdown_code("a|b"),
            "`a\u00A6"
            "b`");
  EXPECT_EQ(markdown_code("std::vector<int>"), "std::vector&lt;int&gt;");
}

TEST(MarkdownBlock, CannotBeEndedByItsContent) {
  EXPECT_EQ(markdown_block("sh", "a\n```\nb"), "````sh\na\n```\nb\n````\n");
}

TEST(MarkdownExporter, HoldsNoHtmlWhateverTheNames) {
  const std::string page = MarkdownExporter().write(golden::hostile_names());
  EXPECT_THAT(page, Not(HasSubstr("<")));
  for (const char letter : page) {
    EXPECT_TRUE(letter == '\n' || static_cast<unsigned char>(letter) >= 0x20U);
  }
}

TEST(MarkdownExporter, PutsCommandsIntoCodeBlocks) {
  EXPECT_THAT(MarkdownExporter().write(golden::looping_backend()),
              HasSubstr("```sh\ndocker update --cpu-quota 50000 3f9c1b2a77de\n```\n"));
}

TEST(MarkdownExporter, KeepsEveryRowInItsTable) {
  const std::string page = MarkdownExporter().write(golden::hostile_names());
  const std::size_t table = page.find("| # | role");
  const std::size_t row = page.find("\n| 1 |", table);
  const std::string line = page.substr(row + 1, page.find('\n', row + 1) - row - 1);
  int cells = -1;
  for (std::size_t index = 0; index < line.size(); ++index) {
    const bool escaped = index > 0 && line[index - 1] == '\\';
    cells += line[index] == '|' && !escaped ? 1 : 0;
  }
  EXPECT_EQ(cells, 7) << line;
}

}  // namespace
}  // namespace culprit
