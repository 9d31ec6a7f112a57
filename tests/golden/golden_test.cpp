// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "exporters/difference/difference_json.h"
#include "exporters/difference/difference_svg.h"
#include "exporters/difference/difference_text.h"
#include "exporters/flame_graph_svg.h"
#include "exporters/folded_exporter.h"
#include "exporters/json_exporter.h"
#include "exporters/markdown_exporter.h"
#include "exporters/text_exporter.h"
#include "golden/golden_differences.h"
#include "golden/golden_reports.h"

namespace culprit {
namespace {

std::string expected_path(const std::string& name) {
  return std::string(CULPRIT_SOURCE_DIR) + "/tests/golden/expected/" + name;
}

std::string read_expected(const std::string& name) {
  std::ifstream file(expected_path(name), std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Compares byte by byte. With CULPRIT_UPDATE_GOLDEN set it writes instead: read the diff after.
void expect_golden(const std::string& name, const std::string& actual) {
  if (std::getenv("CULPRIT_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(expected_path(name), std::ios::binary) << actual;
    return;
  }
  EXPECT_EQ(read_expected(name), actual) << name;
}

class Golden : public testing::TestWithParam<golden::GoldenReport> {};

TEST_P(Golden, TextStaysTheSame) {
  TextOptions options;
  options.output_directory = "out";
  options.output_files = {"report.json", "flame.svg", "run.culprit"};
  expect_golden(GetParam().name + ".txt", TextExporter(options).write(GetParam().report));
}

TEST_P(Golden, JsonStaysTheSame) {
  expect_golden(GetParam().name + ".json", JsonExporter().write(GetParam().report));
}

TEST_P(Golden, MarkdownStaysTheSame) {
  expect_golden(GetParam().name + ".md", MarkdownExporter().write(GetParam().report));
}

TEST_P(Golden, FoldedStaysTheSame) {
  expect_golden(GetParam().name + ".folded", FoldedExporter().write(GetParam().report));
}

TEST_P(Golden, FlameGraphStaysTheSame) {
  expect_golden(GetParam().name + ".svg", host_flame_graph(GetParam().report.profile));
}

TEST(GoldenColours, StayTheSame) {
  TextOptions options;
  options.colours = true;
  expect_golden("looping_backend.ansi", TextExporter(options).write(golden::looping_backend()));
}

class GoldenDifferences : public testing::TestWithParam<golden::GoldenDifference> {};

TEST_P(GoldenDifferences, StayTheSame) {
  const auto& [name, comparison] = GetParam();
  expect_golden(name + ".txt", difference_text(comparison, {}));
  expect_golden(name + ".json", difference_json(comparison));
  expect_golden(name + ".svg", difference_svg(comparison));
}

INSTANTIATE_TEST_SUITE_P(Comparisons, GoldenDifferences,
                         testing::ValuesIn(golden::golden_differences()),
                         [](const auto& instance) { return instance.param.name; });

INSTANTIATE_TEST_SUITE_P(Reports, Golden, testing::ValuesIn(golden::golden_reports()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace culprit
