// SPDX-License-Identifier: Apache-2.0
#include "cli/quantities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace culprit {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

milliseconds duration_of(std::string_view text) {
  return parse_duration(text).value_or(milliseconds(-1));
}

std::string duration_error(std::string_view text) {
  const auto duration = parse_duration(text);
  return duration ? "accepted" : duration.error().message();
}

TEST(Duration, HasUnits) {
  EXPECT_EQ(duration_of("10s"), milliseconds(10'000));
  EXPECT_EQ(duration_of("500ms"), milliseconds(500));
  EXPECT_EQ(duration_of("2m"), milliseconds(120'000));
  EXPECT_EQ(duration_of("2min"), milliseconds(120'000));
  EXPECT_EQ(duration_of("1h"), milliseconds(3'600'000));
  EXPECT_EQ(duration_of("1.5 s"), milliseconds(1'500));
}

TEST(Duration, IsInSecondsWithoutAUnit) {
  EXPECT_EQ(duration_of("10"), milliseconds(10'000));
  EXPECT_EQ(duration_of("0.5"), milliseconds(500));
}

TEST(Duration, IsMoreThanNothing) {
  EXPECT_THAT(duration_error("0"), HasSubstr("no time to observe"));
  EXPECT_THAT(duration_error("-0s"), HasSubstr("no time to observe"));
  EXPECT_THAT(duration_error("-5s"), HasSubstr("no time to observe"));
}

TEST(Duration, KeepsWithinItsLimits) {
  EXPECT_EQ(duration_of("100ms"), kShortestDuration);
  EXPECT_THAT(duration_error("99ms"), HasSubstr("the shortest is 100ms"));
  EXPECT_THAT(duration_error("604800s"), HasSubstr("the longest is 1h"));
  EXPECT_THAT(duration_error("61m"), HasSubstr("the longest is 1h"));
  EXPECT_THAT(duration_error("1000000000000000000000000h"), HasSubstr("the longest is 1h"));
}

TEST(Duration, NamesTheUnitThatIsNotKnown) {
  EXPECT_EQ(
      duration_error("10 parsecs"),
      "\"10 parsecs\" has a unit that is not known, \"parsecs\"; known are ms, s, m and h, as "
      "in 10s");
  EXPECT_THAT(duration_error("1w"), HasSubstr("not known, \"w\""));
  EXPECT_THAT(duration_error("10s "), HasSubstr("not known, \"s \""));
}

TEST(Duration, IsANumber) {
  for (const std::string_view text : {"", " ", "s", "ten", "inf", "nan", "-inf", ".", "+5"}) {
    EXPECT_THAT(duration_error(text), HasSubstr("is not a duration")) << text;
  }
  EXPECT_THAT(duration_error("0x10"), HasSubstr("unit that is not known"));
  EXPECT_THAT(duration_error("1e3"), HasSubstr("unit that is not known"));
}

TEST(Duration, ComplainsWithoutTerminalEscapes) {
  EXPECT_EQ(duration_error("\x1b[31m").find('\x1b'), std::string::npos);
  EXPECT_EQ(duration_error("1\x1b[31m").find('\x1b'), std::string::npos);
}

TEST(Frequency, IsAWholeNumberInItsRange) {
  EXPECT_EQ(parse_frequency("1").value_or(0), 1U);
  EXPECT_EQ(parse_frequency("99").value_or(0), 99U);
  EXPECT_EQ(parse_frequency("5000").value_or(0), 5'000U);
  for (const std::string_view text : {"0", "-1", "5001", "100000", "99999999999999999999"}) {
    const auto frequency = parse_frequency(text);
    ASSERT_FALSE(frequency) << text;
    EXPECT_THAT(frequency.error().message(), HasSubstr("1 to 5000")) << text;
  }
  for (const std::string_view text : {"", "fast", "99Hz", "99.5", " 99"}) {
    const auto frequency = parse_frequency(text);
    ASSERT_FALSE(frequency) << text;
    EXPECT_THAT(frequency.error().message(), HasSubstr("not a whole number")) << text;
  }
}

TEST(Confidence, IsFromZeroToOne) {
  EXPECT_DOUBLE_EQ(parse_confidence("0").value_or(-1), 0);
  EXPECT_DOUBLE_EQ(parse_confidence("0.85").value_or(-1), 0.85);
  EXPECT_DOUBLE_EQ(parse_confidence("1").value_or(-1), 1);
  for (const std::string_view text : {"", "1.01", "-0.1", "80%", "high", "nan"}) {
    EXPECT_FALSE(parse_confidence(text)) << text;
  }
}

TEST(Share, IsPerCentOrAFraction) {
  EXPECT_DOUBLE_EQ(parse_share("2%").value_or(-1), 0.02);
  EXPECT_DOUBLE_EQ(parse_share("0.5 %").value_or(-1), 0.005);
  EXPECT_DOUBLE_EQ(parse_share("0.02").value_or(-1), 0.02);
  EXPECT_DOUBLE_EQ(parse_share("100%").value_or(-1), 1);
}

TEST(Share, DoesNotTakeTwoForTwoPerCent) {
  const auto share = parse_share("2");
  ASSERT_FALSE(share);
  EXPECT_THAT(share.error().message(), HasSubstr("as in 2%"));
}

TEST(Share, IsMoreThanNothingAndAtMostTheWhole) {
  for (const std::string_view text : {"0%", "-1%", "101%", "", "%", "2 percent", "inf"}) {
    EXPECT_FALSE(parse_share(text)) << text;
  }
}

}  // namespace
}  // namespace culprit
