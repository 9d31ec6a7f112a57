// SPDX-License-Identifier: Apache-2.0
#include "exporters/text_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "exporters/text_layout.h"
#include "golden/golden_reports.h"

namespace culprit {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

class EveryReport : public testing::TestWithParam<golden::GoldenReport> {};

TEST_P(EveryReport, FitsEightyColumnsAndHasNoTrailingSpace) {
  for (const std::string& line : lines_of(TextExporter().write(GetParam().report))) {
    EXPECT_LE(columns_of(line), 80U) << line;
    EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
  }
}

TEST_P(EveryReport, HoldsNoControlCharacterButNewlines) {
  for (const char letter : TextExporter().write(GetParam().report)) {
    EXPECT_TRUE(letter == '\n' || static_cast<unsigned char>(letter) >= 0x20U);
  }
}

TEST_P(EveryReport, HasAnInterimLineThatFitsTwoLinesOfATerminal) {
  const std::string line = interim_line(GetParam().report);
  EXPECT_LE(columns_of(line), 160U);
  EXPECT_THAT(line, Not(HasSubstr("\n")));
}

INSTANTIATE_TEST_SUITE_P(Golden, EveryReport, testing::ValuesIn(golden::golden_reports()),
                         [](const auto& instance) { return instance.param.name; });

TEST(TextExporter, NeverBreaksACommand) {
  Report report = golden::looping_backend();
  const std::string command = "docker update --cpus 0.5 " + std::string(90, 'a');
  report.findings.front().finding.advice.front().command = command;
  EXPECT_THAT(TextExporter().write(report), HasSubstr("DO NOW   " + command + "\n"));
}

TEST(TextExporter, SaysOnceWhatHoldsForSeveralCommands) {
  const std::string text = TextExporter().write(golden::flooding_replicas());
  const std::string_view effect = "caps it at 0.5 cpu, loses nothing";
  const std::size_t first = text.find(effect);
  EXPECT_NE(first, std::string::npos);
  EXPECT_EQ(text.find(effect, first + 1), std::string::npos);
}

TEST(TextExporter, PrintsCoresThatAddUpToTheCpus) {
  for (const golden::GoldenReport& golden : golden::golden_reports()) {
    if (golden.report.profile.host.cpus == 2) {
      EXPECT_THAT(TextExporter().write(golden.report), HasSubstr("| sum 2.00\n")) << golden.name;
    }
  }
}

TEST(TextExporter, GathersTheSmallHoldersWithoutLosingTheirShare) {
  Report report = golden::healthy_host();
  report.cpu.clear();
  for (int number = 0; number < 40; ++number) {
    report.cpu.push_back({"c" + std::to_string(number), CpuShareKind::Container, 0.05});
  }
  report.cpu.push_back({"idle", CpuShareKind::Idle, 0.0});
  const std::string text = TextExporter().write(report);
  EXPECT_THAT(text, HasSubstr("31 others 1.55"));
  EXPECT_THAT(text, HasSubstr("sum 2.00"));
}

TEST(TextExporter, ShowsEachContainersTopFunctionWithoutACulprit) {
  const std::string text = TextExporter().write(golden::busy_without_proof());
  EXPECT_THAT(text, HasSubstr("No culprit found"));
  EXPECT_THAT(text, HasSubstr("68 % dictFind  redis-server"));
  EXPECT_THAT(TextExporter().write(golden::looping_backend()), Not(HasSubstr("\nTOP")));
}

TEST(TextExporter, SpeaksAsciiToATerminalThatSpeaksNothingElse) {
  TextOptions options;
  options.ascii = true;
  const std::string text = TextExporter(options).write(golden::hostile_names());
  for (const char letter : text) {
    EXPECT_LT(static_cast<unsigned char>(letter), 0x7FU);
  }
  Report report = golden::healthy_host();
  report.profile.host.name = "caf\u00E9";
  EXPECT_THAT(TextExporter(options).write(report), HasSubstr("caf\\u{00E9}"));
}

TEST(TextExporter, HasAFilesLineOnlyWhenThereAreFiles) {
  EXPECT_THAT(TextExporter().write(golden::healthy_host()), Not(HasSubstr("FILES")));
}

TEST(InterimLine, NamesTheSuspectOrSaysThatThereIsNone) {
  EXPECT_THAT(interim_line(golden::looping_backend()),
              testing::StartsWith("after 10 s: backend-2 loops without end (0.93)"));
  EXPECT_EQ(interim_line(golden::healthy_host()), "after 10 s: nothing proven yet");
}

}  // namespace
}  // namespace culprit
