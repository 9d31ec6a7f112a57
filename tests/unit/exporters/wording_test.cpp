// SPDX-License-Identifier: Apache-2.0
#include "exporters/wording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "golden/golden_reports.h"
#include "golden/report_builder.h"

namespace culprit {
namespace {

using std::chrono::seconds;

TEST(Wording, WordsDurationsInOneUnit) {
  EXPECT_EQ(word_duration(seconds(94)), "94 s");
  EXPECT_EQ(word_duration(seconds(720)), "12 min");
  EXPECT_EQ(word_duration(seconds(5 * 3600)), "5 h");
  EXPECT_EQ(word_duration(seconds(9 * 86400)), "9 d");
}

TEST(Wording, WordsBytes) {
  EXPECT_EQ(word_bytes(0), "0 B");
  EXPECT_EQ(word_bytes(2040109465), "1.9 GiB");
  EXPECT_EQ(word_bytes(UINT64_MAX), "16384.0 PiB");
}

TEST(Wording, WritesTimesInUtc) {
  EXPECT_EQ(utc_date_time(golden::window_end()), "2026-01-31T03:12:44Z");
  EXPECT_EQ(utc_time_of_day(golden::window_end()), "03:12:44Z");
  EXPECT_EQ(utc_date_time({}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(utc_date_time(std::chrono::system_clock::time_point(seconds(-1))),
            "1969-12-31T23:59:59Z");
}

TEST(Wording, RoundsSharesSoThatTheyAddUp) {
  const std::vector<CpuShare> shares = {{"a", CpuShareKind::Container, 0.333},
                                        {"b", CpuShareKind::Container, 0.333},
                                        {"c", CpuShareKind::Container, 0.334}};
  const auto rounded = hundredths(shares);
  EXPECT_EQ(std::accumulate(rounded.begin(), rounded.end(), std::int64_t{0}), 100);
  EXPECT_THAT(rounded, testing::ElementsAre(33, 33, 34));
}

TEST(Wording, CountsThreadsAndProcesses) {
  const Report report = golden::looping_backend();
  Finding finding;
  EXPECT_EQ(word_processes(report.profile, finding), "");
  const ProcessKey python = {Pid(8121), 1000};
  const ProcessKey gone = {Pid(999), 1};
  finding.threads = {{python, Tid(8121)}};
  EXPECT_EQ(word_processes(report.profile, finding), "python3 pid 8121 (7 inside)");
  finding.threads = {{python, Tid(8125)}};
  EXPECT_EQ(word_processes(report.profile, finding), "python3 pid 8121 (7 inside) thread 8125");
  finding.threads = {{python, Tid(8121)}, {python, Tid(8125)}, {gone, Tid(999)}};
  EXPECT_EQ(word_processes(report.profile, finding),
            "python3 pid 8121 (7 inside), 2 threads, and 1 more");
  finding.threads = {{gone, Tid(999)}};
  EXPECT_EQ(word_processes(report.profile, finding), "process pid 999");
}

TEST(Wording, SaysWhichOtherVersionStillRuns) {
  Report report = golden::looping_backend();
  EXPECT_EQ(word_since(report.profile, report.findings[0].finding),
            "backend-2 (shop/backend:v42) started 94 s ago; backend-1 (v41) still runs");
  report.profile.workloads[0].container.restarts = 3;
  report.profile.workloads[0].container.started_at.reset();
  EXPECT_EQ(word_since(report.profile, report.findings[0].finding),
            "backend-2 restarted 3 times; backend-1 (v41) still runs");
}

TEST(Wording, TakesTheProofFromTheEvidenceWhenThereIsNoSentence) {
  Finding finding;
  finding.evidence = {{"a", 1, "", "", {}, "", false, {}, "one"},
                      {"b", 1, "", "", {}, "", false, {}, ""},
                      {"c", 1, "", "", {}, "", false, {}, "two"}};
  EXPECT_EQ(word_proof(finding), "one; two");
}

TEST(Wording, BillsTheHostWhenNobodyElseIsToBlame) {
  const Report report = golden::starved_host();
  EXPECT_EQ(word_cost(report, report.findings[0].finding), "1.52 cores, of 2");
}

}  // namespace
}  // namespace culprit
