// SPDX-License-Identifier: Apache-2.0
#include "report/ranking.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace culprit {
namespace {

Profile two_containers() {
  Profile profile;
  profile.workloads.resize(2);
  profile.workloads[0].container.name = "one";
  profile.workloads[1].container.name = "two";
  return profile;
}

Finding finding(FindingKind kind, double cores, double confidence, std::uint32_t workload = 0) {
  Finding made;
  made.kind = kind;
  made.confidence = confidence;
  made.cost.own_cores = cores;
  made.workloads = {WorkloadIndex(workload)};
  return made;
}

std::vector<FindingKind> kinds_of(const std::vector<RankedFinding>& ranked) {
  std::vector<FindingKind> kinds;
  kinds.reserve(ranked.size());
  for (const RankedFinding& one : ranked) {
    kinds.push_back(one.finding.kind);
  }
  return kinds;
}

TEST(Ranking, OrdersByCostTimesConfidence) {
  Finding induced = finding(FindingKind::LogFlood, 0.1, 0.9);
  induced.cost.induced = {{"dockerd", 0.9, "copies"}};
  const auto ranked = rank_findings(two_containers(),
                                    {finding(FindingKind::RunawayLoop, 1.0, 0.5),
                                     finding(FindingKind::RetryStorm, 0.6, 0.7), induced},
                                    0.3);
  EXPECT_THAT(kinds_of(ranked),
              testing::ElementsAre(FindingKind::LogFlood, FindingKind::RunawayLoop,
                                   FindingKind::RetryStorm));
  EXPECT_EQ(ranked[0].rank, 1U);
  EXPECT_EQ(ranked[2].rank, 3U);
}

TEST(Ranking, CallsNobodyACulpritWhoIsLessLikelyThanNot) {
  const auto ranked =
      rank_findings(two_containers(), {finding(FindingKind::RunawayLoop, 1.0, 0.49)}, 0.3);
  ASSERT_EQ(ranked.size(), 1U);
  EXPECT_EQ(ranked[0].finding.role, FindingRole::Context);
}

TEST(Ranking, PutsCulpritsBeforeWhatContributesWhateverItsCost) {
  Finding limits = finding(FindingKind::NoLimits, 2.0, 1.0);
  limits.role = FindingRole::Contributing;
  const auto ranked =
      rank_findings(two_containers(), {limits, finding(FindingKind::RetryStorm, 0.1, 0.6)}, 0.3);
  EXPECT_THAT(kinds_of(ranked),
              testing::ElementsAre(FindingKind::RetryStorm, FindingKind::NoLimits));
}

TEST(Ranking, NeverCallsABusyContainerACulprit) {
  const auto ranked = rank_findings(
      two_containers(),
      {finding(FindingKind::HotPath, 2.0, 1.0), finding(FindingKind::LongComputation, 2.0, 1.0)},
      0.3);
  for (const RankedFinding& one : ranked) {
    EXPECT_EQ(one.finding.role, FindingRole::Context);
  }
}

TEST(Ranking, DoesNotDependOnTheOrderOfTheDetectors) {
  const Finding one = finding(FindingKind::RunawayLoop, 1.0, 0.5, 0);
  const Finding two = finding(FindingKind::RunawayLoop, 1.0, 0.5, 1);
  const auto forth = rank_findings(two_containers(), {one, two}, 0.3);
  const auto back = rank_findings(two_containers(), {two, one}, 0.3);
  EXPECT_EQ(forth[0].id, back[0].id);
  EXPECT_EQ(forth[1].id, back[1].id);
}

TEST(Ranking, LeavesOutWhatIsBelowTheConfidenceAndWhatIsNoNumber) {
  const auto ranked = rank_findings(
      two_containers(),
      {finding(FindingKind::RunawayLoop, 1.0, 0.29),
       finding(FindingKind::BusyPoll, 1.0, std::numeric_limits<double>::quiet_NaN()),
       finding(FindingKind::RetryStorm, std::numeric_limits<double>::infinity(), 0.3)},
      0.3);
  EXPECT_THAT(kinds_of(ranked), testing::ElementsAre(FindingKind::RetryStorm));
}

TEST(Ranking, LeavesOutCulpritItself) {
  Profile profile = two_containers();
  profile.workloads[1].is_culprit_itself = true;
  const auto ranked = rank_findings(profile, {finding(FindingKind::RunawayLoop, 1.0, 0.9, 1)}, 0.3);
  EXPECT_TRUE(ranked.empty());
}

TEST(Ranking, GivesEqualTroublesDifferentIds) {
  const Finding one = finding(FindingKind::RunawayLoop, 1.0, 0.5);
  const auto ranked = rank_findings(two_containers(), {one, one}, 0.3);
  ASSERT_EQ(ranked.size(), 2U);
  EXPECT_EQ(ranked[1].id, ranked[0].id + "-2");
}

TEST(Ranking, LinksCausesByIdAndForgetsThoseLeftOut) {
  Finding flood = finding(FindingKind::LogFlood, 1.0, 0.9);
  flood.caused_by = {1, 1, 2, 0, 77};
  const auto ranked = rank_findings(two_containers(),
                                    {flood, finding(FindingKind::RetryStorm, 0.1, 0.5, 1),
                                     finding(FindingKind::BusyPoll, 0.1, 0.1)},
                                    0.3);
  ASSERT_EQ(ranked.size(), 2U);
  EXPECT_THAT(ranked[0].caused_by, testing::ElementsAre(ranked[1].id));
}

TEST(Ranking, DropsCommandsThatAShellWouldInterpret) {
  Finding loop = finding(FindingKind::RunawayLoop, 1.0, 0.9);
  loop.advice = {{"cap", "docker update --cpus 0.5 3f9c1b2a77de", "", "", ""},
                 {"evil", "docker rm $(id)", "", "", ""},
                 {"undo is evil", "docker pause 3f9c", "", "a;b", ""}};
  const auto ranked = rank_findings(two_containers(), {loop}, 0.3);
  const std::vector<Advice>& advice = ranked[0].finding.advice;
  EXPECT_EQ(advice[0].command, "docker update --cpus 0.5 3f9c1b2a77de");
  EXPECT_EQ(advice[1].command, "");
  EXPECT_EQ(advice[1].text, "evil");
  EXPECT_EQ(advice[2].command, "");
  EXPECT_EQ(advice[2].undo, "");
}

}  // namespace
}  // namespace culprit
