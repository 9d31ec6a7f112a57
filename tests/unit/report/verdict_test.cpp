// SPDX-License-Identifier: Apache-2.0
#include "report/verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace culprit {
namespace {

using testing::HasSubstr;
using testing::Not;

Profile busy_profile(double busy, std::uint64_t samples = 1000) {
  Profile profile;
  profile.host.cpus = 2;
  profile.expected_samples = 1980;
  profile.samples = samples;
  profile.idle_samples = 1980 - samples;
  profile.cores.user = busy;
  profile.cores.idle = 2 - busy;
  profile.workloads.resize(1);
  profile.workloads[0].container.name = "redis";
  profile.workloads[0].cpu_cores = busy;
  return profile;
}

Finding loop() {
  Finding finding;
  finding.kind = FindingKind::RunawayLoop;
  finding.confidence = 0.9;
  finding.workloads = {WorkloadIndex(0)};
  finding.headline = "redis loops without end";
  return finding;
}

Report report_of(Profile profile, std::vector<Finding> findings,
                 std::vector<RuledOut> ruled_out = {}) {
  return build_report(std::move(profile), std::move(findings), std::move(ruled_out), {}, {});
}

TEST(Verdict, NamesTheWorstCulprit) {
  const Report report = report_of(busy_profile(2), {loop()});
  EXPECT_EQ(report.verdict.result, VerdictResult::Culprit);
  EXPECT_EQ(report.verdict.headline, "redis loops without end");
  EXPECT_EQ(report.verdict.finding_id, report.findings[0].id);
}

TEST(Verdict, BlamesTheMachineWhenItIsTooSmall) {
  Finding starved = loop();
  starved.kind = FindingKind::CpuStarved;
  EXPECT_EQ(report_of(busy_profile(2), {starved}).verdict.result, VerdictResult::Resource);
}

TEST(Verdict, ThrashingIsAContainersFaultUnlessItIsTheHosts) {
  Finding thrash = loop();
  thrash.kind = FindingKind::MemoryThrash;
  EXPECT_EQ(report_of(busy_profile(2), {thrash}).verdict.result, VerdictResult::Culprit);
  thrash.workloads.clear();
  EXPECT_EQ(report_of(busy_profile(2), {thrash}).verdict.result, VerdictResult::Resource);
}

TEST(Verdict, IsHealthyWhenNothingIsFoundAndTheHostHasRoom) {
  const Report report = report_of(busy_profile(0.5), {},
                                  {{FindingKind::MemoryThrash, "swap", "0 pages/s", {}},
                                   {FindingKind::KernelWork, "", "", {}}});
  EXPECT_EQ(report.verdict.result, VerdictResult::Healthy);
  EXPECT_THAT(report.verdict.headline, HasSubstr("No culprit found: 0.50 of 2 cpus busy"));
  EXPECT_THAT(report.verdict.headline, HasSubstr("ruled out: swap, kernel_work"));
  EXPECT_EQ(report.verdict.finding_id, "");
}

TEST(Verdict, SaysNothingOfWhatWasNotLookedAt) {
  Profile profile = busy_profile(1.95);
  profile.window.filtered = true;
  const Report report = report_of(profile, {});
  EXPECT_THAT(report.verdict.headline, HasSubstr("nothing else was looked at"));
  EXPECT_THAT(report.verdict.headline, Not(HasSubstr("proven")));
}

TEST(Verdict, DoesNotCallAPeggedHostHealthy) {
  Finding hot = loop();
  hot.kind = FindingKind::HotPath;
  const Report report = report_of(busy_profile(1.95), {hot});
  EXPECT_EQ(report.verdict.result, VerdictResult::Inconclusive);
  EXPECT_THAT(report.verdict.headline, HasSubstr("most of it redis (1.95)"));
}

TEST(Verdict, IsInconclusiveWhenTooMuchWasLost) {
  Profile profile = busy_profile(0.5);
  profile.idle_samples = 700;
  const Report report = report_of(profile, {});
  EXPECT_TRUE(report.lost_too_much);
  EXPECT_EQ(report.lost_samples, 280U);
  EXPECT_EQ(report.verdict.result, VerdictResult::Inconclusive);
  EXPECT_THAT(report.verdict.headline, HasSubstr("14 % of the samples were lost"));
}

TEST(Verdict, KeepsAFindingThroughSomeLossButNotThroughHopelessLoss) {
  Profile profile = busy_profile(2);
  profile.idle_samples = 700;
  EXPECT_EQ(report_of(profile, {loop()}).verdict.result, VerdictResult::Culprit);
  profile.samples = 10;
  const Report report = report_of(profile, {loop()});
  EXPECT_EQ(report.verdict.result, VerdictResult::Inconclusive);
  EXPECT_THAT(report.verdict.headline, HasSubstr("most likely: redis loops"));
  EXPECT_NE(report.verdict.finding_id, "");
}

TEST(Verdict, IsInconclusiveWithoutAnySample) {
  EXPECT_EQ(report_of({}, {}).verdict.result, VerdictResult::Inconclusive);
}

TEST(SampleLoss, TakesTheLargerOfWhatIsMissingAndWhatWasCounted) {
  Profile profile = busy_profile(1);
  profile.lost = {{"sample_ring_full", 30}, {"event_ring_full", 5000}};
  EXPECT_EQ(sample_loss(profile).samples, 30U);
  profile.idle_samples -= 40;
  EXPECT_EQ(sample_loss(profile).samples, 40U);
  EXPECT_NEAR(sample_loss(profile).share, 40.0 / 1980, 1e-12);
}

TEST(SampleLoss, IsNothingWhenMoreCameThanExpected) {
  Profile profile = busy_profile(1);
  profile.samples += 10;
  EXPECT_EQ(sample_loss(profile).samples, 0U);
  EXPECT_EQ(sample_loss({}).share, 0);
}

TEST(BuildReport, CountsWhatTheConfidenceLeavesOut) {
  Finding weak = loop();
  weak.confidence = 0.1;
  const Report report = report_of(busy_profile(1), {weak, loop()});
  EXPECT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.left_out, 1U);
}

}  // namespace
}  // namespace culprit
