// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detectors/all_detectors.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::find_kind;
using test::ProfileBuilder;

ProfileBuilder looping_server() {
  ProfileBuilder builder;
  const WorkloadIndex backend = builder.container("backend-2", "backend");
  builder.thread({.workload = backend});
  builder.listen(backend, 100, 80, 129);
  return builder;
}

TEST(NoLimits, IsSaidOfTheBlamed) {
  ProfileBuilder builder = looping_server();
  builder.container("idle");
  const auto findings = run_detectors(builder.build());
  const Finding* limits = find_kind(findings, FindingKind::NoLimits);
  ASSERT_NE(limits, nullptr);
  EXPECT_EQ(limits->headline, "backend-2: no CPU limit, no memory limit");
  EXPECT_EQ(limits->role, FindingRole::Contributing);
  EXPECT_EQ(std::ranges::count(findings, FindingKind::NoLimits, &Finding::kind), 1);
}

TEST(NoLimits, NamesOnlyTheMissingOne) {
  ProfileBuilder builder = looping_server();
  builder.raw().workloads[0].cpu_limit_cores = 1.5;
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::NoLimits)->headline,
            "backend-2: no memory limit");
  builder.raw().workloads[0].memory_limit_bytes = 1U << 30U;
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::NoLimits), nullptr);
}

TEST(Throttled, IsATenthOfThePeriods) {
  ProfileBuilder builder;
  builder.container("held");
  builder.raw().workloads[0].cpu_limit_cores = 0.2;
  builder.raw().workloads[0].throttled_share = 0.5;
  EXPECT_NE(find_kind(run_detectors(builder.build()), FindingKind::Throttled), nullptr);
  builder.raw().workloads[0].throttled_share = 0.09;
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::Throttled), nullptr);
}

TEST(GenerationsOverlap, IsTwoImagesOfOneService) {
  ProfileBuilder builder;
  builder.container("backend-1", "backend");
  builder.container("backend-2", "backend");
  auto& workloads = builder.raw().workloads;
  const auto start = builder.raw().window.start;
  workloads[0].container.image = "shop/backend:v41";
  workloads[0].container.started_at = start - std::chrono::hours(50);
  workloads[1].container.image = "shop/backend:v42";
  workloads[1].container.started_at = start - std::chrono::seconds(84);
  const auto findings = run_detectors(builder.build());
  const Finding* overlap = find_kind(findings, FindingKind::GenerationsOverlap);
  ASSERT_NE(overlap, nullptr);
  EXPECT_EQ(overlap->headline, "backend-2 started 94 s ago; backend-1 still runs");
  workloads[1].container.image = "shop/backend:v41";
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::GenerationsOverlap), nullptr);
}

TEST(StartOrder, IsInferredFromTwoRecentStarts) {
  ProfileBuilder builder;
  const WorkloadIndex worker = builder.container("worker");
  const WorkloadIndex mysql = builder.container("mysql");
  const auto start = builder.raw().window.start;
  builder.thread({.workload = worker, .running = 0.02, .voluntary_switches = 90});
  builder.connects({.workload = worker, .per_second = 2});
  builder.raw().connects[0].listener = mysql;
  builder.raw().workloads[0].container.started_at = start - std::chrono::seconds(30);
  builder.raw().workloads[1].container.started_at = start - std::chrono::seconds(10);
  const auto findings = run_detectors(builder.build());
  const Finding* order = find_kind(findings, FindingKind::StartOrder);
  ASSERT_NE(order, nullptr);
  EXPECT_EQ(order->headline, "worker was started 20 s before mysql, which it needs");
  builder.raw().workloads[0].container.started_at = start - std::chrono::hours(3);
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::StartOrder), nullptr);
}

}  // namespace
}  // namespace culprit
