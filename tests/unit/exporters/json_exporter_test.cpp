// SPDX-License-Identifier: Apache-2.0
#include "exporters/json_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "golden/golden_reports.h"

namespace culprit {
namespace {

using Document = nlohmann::ordered_json;

Document written(const Report& report) {
  return Document::parse(JsonExporter().write(report), nullptr, /*allow_exceptions=*/false);
}

std::vector<std::string> keys_of(const Document& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    keys.push_back(key);
  }
  return keys;
}

TEST(JsonExporter, HasTheDocumentedFieldsInTheDocumentedOrder) {
  const Document document = written(golden::looping_backend());
  ASSERT_FALSE(document.is_discarded());
  EXPECT_THAT(keys_of(document),
              testing::ElementsAre("schema", "tool", "host", "window", "overhead", "verdict",
                                   "findings", "ruled_out", "limits", "containers"));
  EXPECT_EQ(document["schema"], "culprit.report/1");
  EXPECT_THAT(keys_of(document["findings"][0]),
              testing::ElementsAre("id", "rank", "role", "kind", "confidence", "confidence_reasons",
                                   "group", "container", "processes", "where", "target", "cost",
                                   "evidence", "explains", "caused_by", "advice"));
  EXPECT_THAT(keys_of(document["findings"][0]["where"]),
              testing::ElementsAre("function", "file", "line", "module", "frames", "role"));
}

TEST(JsonExporter, WritesIdsOf64BitsAsStrings) {
  const Document document = written(golden::looping_backend());
  EXPECT_EQ(document["findings"][0]["container"]["cgroup_id"], "9007199254740993");
  EXPECT_EQ(document["containers"][0]["cgroup_id"], "9007199254740993");
}

TEST(JsonExporter, MarksEstimatesAsSuch) {
  const Document document = written(golden::looping_backend());
  const Document& estimate = document["findings"][0]["evidence"][0]["value"];
  EXPECT_EQ(estimate["value"], 0.998);
  EXPECT_EQ(estimate["low"], 0.994);
  EXPECT_EQ(estimate["high"], 1.0);  // a share
  EXPECT_EQ(estimate["estimated"], true);
  EXPECT_TRUE(document["findings"][0]["evidence"][1]["value"].is_number());
}

TEST(JsonExporter, SaysThatAnErrorIsNotKnown) {
  Report report = golden::looping_backend();
  report.findings[0].finding.evidence[0].error.reset();
  const Document document = written(report);
  const Document& estimate = document["findings"][0]["evidence"][0]["value"];
  EXPECT_EQ(estimate["value"], 0.998);
  EXPECT_TRUE(estimate["low"].is_null());
  EXPECT_TRUE(estimate["high"].is_null());
  EXPECT_EQ(estimate["estimated"], true);
}

TEST(JsonExporter, LinksCausesAndVerdictById) {
  const Document document = written(golden::looping_backend());
  EXPECT_EQ(document["verdict"]["finding_id"], document["findings"][0]["id"]);
  EXPECT_EQ(document["findings"][1]["caused_by"][0], document["findings"][3]["id"]);
  EXPECT_EQ(document["findings"][3]["kind"], "start_order");
}

TEST(JsonExporter, WritesTimesAsRfc3339InUtc) {
  Report report = golden::looping_backend();
  report.profile.window.start += std::chrono::milliseconds(250);
  const Document document = written(report);
  EXPECT_EQ(document["window"]["start"], "2026-01-31T03:12:34.250Z");
  EXPECT_EQ(document["containers"][0]["started_at"], "2026-01-31T03:11:10Z");
  EXPECT_TRUE(document["containers"][1]["started_at"].is_null());
}

TEST(JsonExporter, StaysWithinBoundsWhateverTheClocksSay) {
  Report report = golden::looping_backend();
  report.profile.workloads[0].throttled_share = 1.02;
  report.profile.workloads[0].syscalls_per_s = std::numeric_limits<double>::infinity();
  report.profile.cores.idle = -1e-12;
  const Document document = written(report);
  EXPECT_EQ(document["containers"][0]["throttled_share"], 1.0);
  EXPECT_EQ(document["containers"][0]["syscalls_per_s"], 0.0);
  EXPECT_EQ(document["host"]["cpu_cores"]["idle"], 0.0);
}

TEST(JsonExporter, KeepsHostileNamesDisplayableAndShort) {
  const std::string text = JsonExporter().write(golden::hostile_names());
  const Document document = Document::parse(text, nullptr, false);
  ASSERT_FALSE(document.is_discarded());
  EXPECT_EQ(document["findings"][0]["container"]["name"], "<script>alert(1)</script>");
  EXPECT_EQ(document["findings"][0]["container"]["pod"], "a\\u{202E}gnp.exe");
  EXPECT_TRUE(document["findings"][0]["advice"][0]["command"].is_null());
  EXPECT_LE(document["containers"][1]["name"].get<std::string>().size(), 4096U);
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("\x1b")));
}

}  // namespace
}  // namespace culprit
