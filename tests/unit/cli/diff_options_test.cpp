// SPDX-License-Identifier: Apache-2.0
#include "cli/diff_options.h"

#include <gmock/gmock.h>

namespace culprit {
namespace {

using Line = std::vector<std::string>;

DiffOptions options_of(const Line& line) {
  const auto parsed = parse_diff_line(line);
  const auto* options = std::get_if<DiffOptions>(&parsed);
  EXPECT_NE(options, nullptr);
  return options == nullptr ? DiffOptions() : *options;
}

std::string complaint_of(const Line& line) {
  const auto parsed = parse_diff_line(line);
  const auto* early = std::get_if<EarlyExit>(&parsed);
  EXPECT_NE(early, nullptr);
  EXPECT_EQ(early->code, ExitCode::Usage);
  return early->standard_error;
}

TEST(DiffLine, TakesTwoFiles) {
  const DiffOptions options = options_of({"a.culprit", "b.culprit"});
  EXPECT_EQ(options.before, "a.culprit");
  EXPECT_EQ(options.after, "b.culprit");
  EXPECT_EQ(options.format, DiffFormat::Text);
  EXPECT_FALSE(options.of_one_file());
}

TEST(DiffLine, TakesTwoSidesOfOneFile) {
  const DiffOptions options = options_of({"a", "--container", "web@v1", "--against", "web@v2",
                                          "--against", "web@v3", "--format", "svg"});
  EXPECT_TRUE(options.of_one_file());
  EXPECT_THAT(options.containers, testing::ElementsAre("web@v1"));
  EXPECT_THAT(options.against, testing::ElementsAre("web@v2", "web@v3"));
  EXPECT_EQ(options.format, DiffFormat::Svg);
}

TEST(DiffLine, SaysWhatIsMissing) {
  EXPECT_THAT(complaint_of({}), testing::HasSubstr("FILE"));
  EXPECT_THAT(complaint_of({"a"}), testing::HasSubstr("--against"));
  EXPECT_THAT(complaint_of({"a", "--container", "web"}), testing::HasSubstr("--against"));
  EXPECT_THAT(complaint_of({"a", "b", "--against", "web"}), testing::HasSubstr("--container"));
  EXPECT_THAT(complaint_of({"a", "b", "c"}), testing::HasSubstr("--help"));
  EXPECT_THAT(complaint_of({"a", "b", "--format", "pprof"}), testing::HasSubstr("text, json"));
  EXPECT_THAT(complaint_of({"a", "b", "--container", ""}), testing::HasSubstr("--container"));
  EXPECT_THAT(complaint_of({"a", "b", "--\x1b[2J"}), testing::Not(testing::HasSubstr("\x1b")));
}

TEST(DiffLine, ExplainsItselfInEightyColumns) {
  const auto parsed = parse_diff_line({"--help"});
  const auto& early = std::get<EarlyExit>(parsed);
  EXPECT_EQ(early.code, ExitCode::Ran);
  std::string_view rest = early.standard_output;
  EXPECT_THAT(std::string(rest), testing::HasSubstr("--against"));
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    EXPECT_LE(end, 80U) << rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
}

}  // namespace
}  // namespace culprit
