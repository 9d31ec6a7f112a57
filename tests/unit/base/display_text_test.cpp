// SPDX-License-Identifier: Apache-2.0
#include "base/display_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace culprit {
namespace {

TEST(DisplayText, KeepsReadableText) {
  for (const char* text :
       {"", "backend-2", "a b", "größe", "日本語", "emoji 🔥", "<script>", "\\"}) {
    EXPECT_EQ(displayable(text), text);
  }
}

TEST(DisplayText, ShowsControlCharactersAsText) {
  EXPECT_EQ(displayable("\x1b[31mred\n"), "\\x1B[31mred\\x0A");
  EXPECT_EQ(displayable(std::string_view("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(displayable("\x7f\t\r"), "\\x7F\\x09\\x0D");
  EXPECT_EQ(displayable("\xc2\x9b"
                        "31m"),
            "\\u{009B}31m");  // one-byte form of the escape
}

TEST(DisplayText, ShowsInvisibleAndDirectionChangingCharactersAsText) {
  EXPECT_EQ(displayable("a\u202Eb"), "a\\u{202E}b");
  EXPECT_EQ(displayable("\u200B\u2066\uFEFF\u00AD"), "\\u{200B}\\u{2066}\\u{FEFF}\\u{00AD}");
  EXPECT_EQ(displayable("\U000E0041"), "\\u{E0041}");
}

TEST(DisplayText, ShowsInvalidBytesAsText) {
  EXPECT_EQ(displayable("\xff"), "\\xFF");
  EXPECT_EQ(displayable("\xc3"), "\\xC3");                             // cut
  EXPECT_EQ(displayable("\xc0\xaf"), "\\xC0\\xAF");                    // overlong
  EXPECT_EQ(displayable("\xed\xa0\x80"), "\\xED\\xA0\\x80");           // surrogate
  EXPECT_EQ(displayable("\xf5\x80\x80\x80"), "\\xF5\\x80\\x80\\x80");  // beyond Unicode
  EXPECT_EQ(displayable("\x80"
                        "a"),
            "\\x80"
            "a");
}

TEST(DisplayText, CutsAtAWholeCharacter) {
  EXPECT_EQ(displayable("abcdef", 6), "abcdef");
  EXPECT_EQ(displayable("abcdefg", 6), "abc...");
  EXPECT_EQ(displayable("äöü", 5), "ä...");
  EXPECT_EQ(displayable("abc", 2), "");
  for (std::size_t limit = 0; limit < 40; ++limit) {
    const std::string text = displayable("größe\x1b\xff\u202E日本語🔥🔥🔥", limit);
    EXPECT_LE(text.size(), limit);
    EXPECT_EQ(displayable(text), text);  // what is shown is valid, hence left alone
  }
}

TEST(DisplayText, IsValidForAllPairsOfBytes) {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes = {static_cast<char>(first), static_cast<char>(second), 'x'};
      const std::string text = displayable(bytes);
      EXPECT_EQ(displayable(text), text);
    }
  }
}

}  // namespace
}  // namespace culprit
