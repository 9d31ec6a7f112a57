// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace culprit {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

ParseOutcome parse(const std::vector<std::string>& arguments) {
  return parse_command_line(arguments, {.is_finding_kind = [](std::string_view name) {
                              return name == "runaway_loop" || name == "retry_storm";
                            }});
}

Options options_of(const std::vector<std::string>& arguments) {
  const ParseOutcome outcome = parse(arguments);
  const auto* options = std::get_if<Options>(&outcome);
  if (options == nullptr) {
    ADD_FAILURE() << std::get_if<EarlyExit>(&outcome)->standard_error;
    return {};
  }
  return *options;
}

EarlyExit exit_of(const std::vector<std::string>& arguments) {
  const ParseOutcome outcome = parse(arguments);
  const auto* early = std::get_if<EarlyExit>(&outcome);
  if (early == nullptr) {
    ADD_FAILURE() << "accepted";
    return {};
  }
  return *early;
}

std::string usage_error_of(const std::vector<std::string>& arguments) {
  const EarlyExit early = exit_of(arguments);
  EXPECT_EQ(early.code, ExitCode::Usage);
  EXPECT_THAT(early.standard_output, IsEmpty());
  return early.standard_error;
}

TEST(CommandLine, RecordsUntilInterruptedUnlessToldHowLong) {
  const Options options = options_of({"record", "-o", "a.culprit"});
  EXPECT_EQ(options.command, Command::Record);
  EXPECT_EQ(options.record_to, "a.culprit");
  EXPECT_GT(options.duration, std::chrono::hours(24));
  EXPECT_EQ(options_of({"record", "-o", "a", "--duration", "5s"}).duration,
            std::chrono::seconds(5));
  EXPECT_THAT(usage_error_of({"record"}), HasSubstr("-o"));
}

TEST(CommandLine, KeepsARecordingBesideTheReport) {
  EXPECT_EQ(options_of({"--out", "/tmp"}).record_to, "/tmp/run.culprit");
  EXPECT_FALSE(options_of({}).record_to);
}

TEST(CommandLine, ReportsFromAFileInEveryFormat) {
  const Options options = options_of({"report", "a.culprit", "--format", "json"});
  EXPECT_EQ(options.command, Command::Report);
  EXPECT_EQ(options.recording, "a.culprit");
  EXPECT_EQ(options.format, OutputFormat::Json);
  EXPECT_FALSE(options.min_confidence_given);
  EXPECT_THAT(usage_error_of({"report"}), HasSubstr("FILE"));
}

TEST(CommandLine, DrawsAPartOfARecording) {
  const Options options = options_of({"flame", "a.culprit", "--format", "folded", "--container",
                                      "web", "--from", "2s", "--to", "1m", "--by", "write-bytes"});
  EXPECT_EQ(options.command, Command::Flame);
  EXPECT_FALSE(options.flame.svg);
  EXPECT_THAT(options.containers, ElementsAre("web"));
  EXPECT_EQ(options.flame.from, std::chrono::seconds(2));
  EXPECT_EQ(options.flame.to, std::chrono::minutes(1));
  EXPECT_EQ(options.flame.by, "write-bytes");
}

TEST(CommandLine, SaysWhatCannotBeDrawn) {
  EXPECT_THAT(usage_error_of({"flame", "a", "--format", "png"}), HasSubstr("folded or svg"));
  EXPECT_THAT(usage_error_of({"flame", "a", "--by", "luck"}), HasSubstr("write-bytes"));
  EXPECT_THAT(usage_error_of({"flame", "a", "--from", "9s", "--to", "2s"}), HasSubstr("--to"));
  EXPECT_THAT(usage_error_of({"flame", "a", "b"}), HasSubstr("\"b\""));
}

TEST(CommandLine, LeavesInlinedFunctionsOutOnRequest) {
  EXPECT_FALSE(options_of({"--no-inlines"}).inlines);
  EXPECT_THAT(usage_error_of({"--no-inlines=maybe"}), HasSubstr("no-inlines"));
}

TEST(CommandLine, InvestigatesTheHostForTenSecondsByDefault) {
  const Options options = options_of({});
  EXPECT_EQ(options.duration, std::chrono::seconds(10));
  EXPECT_EQ(options.frequency_hz, 99U);
  EXPECT_EQ(options.event, SamplingEvent::CpuClock);
  EXPECT_EQ(options.format, OutputFormat::Text);
  EXPECT_DOUBLE_EQ(options.min_confidence, 0.3);
  EXPECT_DOUBLE_EQ(options.fail_on.min_confidence, 0.8);
  EXPECT_DOUBLE_EQ(options.max_overhead_share, 0.02);
  EXPECT_TRUE(options.inlines);
  EXPECT_FALSE(options.narrowed());
  EXPECT_FALSE(options.out_directory);
  EXPECT_FALSE(options.docker_socket);
  EXPECT_FALSE(options.fail_on.matches("runaway_loop", /*is_culprit=*/true, 1));
}

TEST(CommandLine, TakesEveryOption) {
  const Options options = options_of({"--duration",
                                      "2m",
                                      "--frequency",
                                      "199",
                                      "--event",
                                      "cycles",
                                      "--format",
                                      "json",
                                      "--out",
                                      "new-directory",
                                      "--min-confidence",
                                      "0.5",
                                      "--fail-on",
                                      "retry_storm,any",
                                      "--fail-confidence",
                                      "0.9",
                                      "--max-overhead",
                                      "5%",
                                      "--docker-socket",
                                      "/run/x.sock"});
  EXPECT_EQ(options.duration, std::chrono::minutes(2));
  EXPECT_EQ(options.frequency_hz, 199U);
  EXPECT_EQ(options.event, SamplingEvent::Cycles);
  EXPECT_EQ(options.format, OutputFormat::Json);
  EXPECT_EQ(options.out_directory, "new-directory");
  EXPECT_DOUBLE_EQ(options.min_confidence, 0.5);
  EXPECT_TRUE(options.fail_on.any_culprit);
  EXPECT_THAT(options.fail_on.kinds, ElementsAre("retry_storm"));
  EXPECT_DOUBLE_EQ(options.fail_on.min_confidence, 0.9);
  EXPECT_DOUBLE_EQ(options.max_overhead_share, 0.05);
  EXPECT_EQ(options.docker_socket, "/run/x.sock");
}

TEST(CommandLine, TakesOptionsBeforeAndAfterTheCommand) {
  EXPECT_EQ(options_of({"investigate", "--duration", "3s"}).duration, std::chrono::seconds(3));
  EXPECT_EQ(options_of({"--duration=3s", "investigate"}).duration, std::chrono::seconds(3));
  EXPECT_EQ(options_of({"--format", "markdown"}).format, OutputFormat::Markdown);
}

TEST(CommandLine, CollectsSelectors) {
  const Options options =
      options_of({"--container", "a", "--container=b", "--pod", "shop/backend", "--label", "k=v",
                  "--container", "investigate", "investigate"});
  EXPECT_THAT(options.containers, ElementsAre("a", "b", "investigate"));
  EXPECT_THAT(options.pods, ElementsAre(PodSelector{.pod_namespace = "shop", .name = "backend"}));
  EXPECT_THAT(options.labels, ElementsAre(LabelSelector{.key = "k", .value = "v"}));
  EXPECT_TRUE(options.narrowed());
}

TEST(CommandLine, SaysWhichValueIsWrongAndWhy) {
  EXPECT_EQ(usage_error_of({"--duration", "10 parsecs"}),
            "culprit: --duration: \"10 parsecs\" has a unit that is not known, \"parsecs\"; known "
            "are ms, s, m and h, as in 10s\nTry 'culprit --help'.\n");
  EXPECT_THAT(usage_error_of({"--duration", "-5s"}), HasSubstr("--duration: \"-5s\" is no time"));
  EXPECT_THAT(usage_error_of({"--duration", "0"}), HasSubstr("--duration: \"0\" is no time"));
  EXPECT_THAT(usage_error_of({"--duration", "168h"}), HasSubstr("the longest is 1h"));
  EXPECT_THAT(usage_error_of({"--duration="}), StartsWith("culprit: --duration"));
  EXPECT_THAT(usage_error_of({"--frequency", "0"}),
              HasSubstr("--frequency: \"0\" is out of range"));
  EXPECT_THAT(usage_error_of({"--frequency", "100000"}), HasSubstr("1 to 5000"));
  EXPECT_THAT(usage_error_of({"--frequency", "-1"}), HasSubstr("1 to 5000"));
  EXPECT_THAT(usage_error_of({"--event", "clock"}), HasSubstr("cpu-clock or cycles"));
  EXPECT_THAT(usage_error_of({"--format", "xml"}), HasSubstr("text, json, markdown"));
  EXPECT_THAT(usage_error_of({"--container", ""}), HasSubstr("--container"));
  EXPECT_THAT(usage_error_of({"--pod", "x"}), HasSubstr("namespace/name"));
  EXPECT_THAT(usage_error_of({"--label", "x"}), HasSubstr("key=value"));
  EXPECT_THAT(usage_error_of({"--out", "/dev/null"}), HasSubstr("not a directory"));
  EXPECT_THAT(usage_error_of({"--fail-on", "oops"}), HasSubstr("\"oops\" is not a kind"));
  EXPECT_THAT(usage_error_of({"--fail-on", "any", "--fail-confidence", "2"}), HasSubstr("0 to 1"));
  EXPECT_THAT(usage_error_of({"--max-overhead", "0%"}), HasSubstr("--max-overhead"));
}

TEST(CommandLine, RefusesAConfidenceWithNothingToFailOn) {
  EXPECT_THAT(usage_error_of({"--fail-confidence", "0.9"}), HasSubstr("--fail-on"));
}

TEST(CommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(usage_error_of({"guard"}), HasSubstr("\"guard\" is not a command"));
  EXPECT_THAT(usage_error_of({"investigate", "guard"}), HasSubstr("\"guard\" is not a command"));
  EXPECT_THAT(usage_error_of({"--loud"}), HasSubstr("\"--loud\" is not an option"));
  EXPECT_THAT(usage_error_of({"investigate", "--loud"}), HasSubstr("is not an option"));
  EXPECT_THAT(usage_error_of({"-x"}), HasSubstr("\"-x\" is not an option"));
  EXPECT_THAT(usage_error_of({"--dur", "10s"}), HasSubstr("\"--dur\" is not an option"));
  EXPECT_THAT(usage_error_of({""}), HasSubstr("is not a command"));
  EXPECT_THAT(usage_error_of({"--"}), HasSubstr("culprit: "));
}

TEST(CommandLine, RefusesOptionsGivenTwiceOrWithoutAValue) {
  EXPECT_THAT(usage_error_of({"--duration", "1s", "--duration", "2s"}), HasSubstr("--duration"));
  EXPECT_THAT(usage_error_of({"--duration"}), HasSubstr("--duration"));
  EXPECT_THAT(usage_error_of({"--container"}), HasSubstr("--container"));
}

TEST(CommandLine, NeverEchoesTerminalEscapes) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"\x1b[2J"},
                                                    {"--\x1b[2J"},
                                                    {"--duration", "\x1b[2J"},
                                                    {"--pod", "\x1b[2J"},
                                                    {"--fail-on", "\x1b[2J"},
                                                    {"--duration=1s", "--duration=\x1b[2J"}}) {
    EXPECT_THAT(usage_error_of(arguments), testing::Not(HasSubstr("\x1b")));
  }
}

TEST(CommandLine, PrintsItsVersion) {
  const EarlyExit early = exit_of({"--version"});
  EXPECT_EQ(early.code, ExitCode::Ran);
  EXPECT_EQ(early.standard_output, "culprit " + std::string(culprit_version()) + "\n");
  EXPECT_THAT(early.standard_error, IsEmpty());
}

TEST(CommandLine, PrintsTheSamePageOfHelpForEveryWayOfAsking) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                    {"-h"},
                                                    {"investigate", "--help"},
                                                    {"--duration", "nonsense", "--help"}}) {
    const EarlyExit early = exit_of(arguments);
    EXPECT_EQ(early.code, ExitCode::Ran);
    EXPECT_EQ(early.standard_output, help_page());
    EXPECT_THAT(early.standard_error, IsEmpty());
  }
}

TEST(HelpPage, NamesEveryOption) {
  for (const std::string_view option :
       {"--container", "--pod", "--label", "--duration", "--frequency", "--event", "--max-overhead",
        "--docker-socket", "--format", "--out", "--min-confidence", "--fail-on",
        "--fail-confidence", "--btf", "--force-rung", "-h, --help", "--version"}) {
    EXPECT_THAT(std::string(help_page()), HasSubstr(" " + std::string(option) + " "));
  }
}

TEST(HelpPage, FitsIntoATerminal) {
  std::string_view page = help_page();
  while (!page.empty()) {
    const std::size_t line = std::min(page.find('\n'), page.size());
    EXPECT_LE(line, 80U) << page.substr(0, line);
    page.remove_prefix(std::min(line + 1, page.size()));
  }
}

}  // namespace
}  // namespace culprit
