// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detectors/all_detectors.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::culprits_of;
using test::ProfileBuilder;
using testing::ElementsAre;
using testing::IsEmpty;

ProfileBuilder asking_client(const std::string& comm = "app") {
  ProfileBuilder builder;
  const WorkloadIndex client = builder.container("client");
  builder.thread({.workload = client,
                  .comm = comm,
                  .running = 0.9,
                  .voluntary_switches = 30000,
                  .paths = {{"_start", "main", "ask", "send@libc.so.6"}}});
  builder.process({.workload = client, .comm = comm});
  return builder;
}

TEST(RequestStorm, IsTheSameQuestionOverAndOver) {
  ProfileBuilder builder = asking_client();
  builder.exchanges(WorkloadIndex(0), 100, 3000, /*client=*/true);
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("request_storm"));
  EXPECT_EQ(findings.front().headline, "client: the same request 3000/s to 172.18.0.9:8080");
  EXPECT_LE(findings.front().confidence, 0.6);
  EXPECT_GT(findings.front().confidence, 0.4);
}

TEST(RequestStorm, IsBilledTheProcessThatAnswersIt) {
  ProfileBuilder builder;
  const WorkloadIndex pair = builder.container("pair");
  builder.thread({.workload = pair,
                  .running = 0.35,
                  .voluntary_switches = 30000,
                  .paths = {{"_start", "main", "ask", "send@libc.so.6"}}});
  builder.thread({.workload = pair, .pid = 101, .running = 0.3, .voluntary_switches = 30000});
  const WorkloadIndex busy = builder.container("busy");
  builder.thread({.workload = busy, .pid = 200, .voluntary_switches = 900});
  builder.exchanges(pair, 100, 3000, /*client=*/true);
  builder.raw().exchanges.back().listener = pair;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
  builder.exchanges(pair, 101, 3000, /*client=*/false);
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("request_storm"));
  EXPECT_NEAR(findings.front().cost.own_cores, 0.35, 0.01);
  EXPECT_NEAR(findings.front().cost.total(), 0.65, 0.02);
}

TEST(RequestStorm, IsNoneJustBelowRateAndSameness) {
  ProfileBuilder slow = asking_client();
  slow.exchanges(WorkloadIndex(0), 100, 49, /*client=*/true);
  EXPECT_THAT(culprits_of(run_detectors(slow.build())), IsEmpty());
  ProfileBuilder varied = asking_client();
  varied.exchanges(WorkloadIndex(0), 100, 3000, /*client=*/true, 0.94);
  EXPECT_THAT(culprits_of(run_detectors(varied.build())), IsEmpty());
}

TEST(RequestStorm, IsNoneForAServerThatAsksItsDatabase) {
  ProfileBuilder builder = asking_client();
  builder.exchanges(WorkloadIndex(0), 100, 3000, /*client=*/true);
  builder.exchanges(WorkloadIndex(0), 100, 1000, /*client=*/false);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RequestStorm, IsNoneForALoadGenerator) {
  ProfileBuilder builder = asking_client("redis-benchmark");
  builder.exchanges(WorkloadIndex(0), 100, 30000, /*client=*/true);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

}  // namespace
}  // namespace culprit
