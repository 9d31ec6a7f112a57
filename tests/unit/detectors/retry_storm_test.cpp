// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "detectors/all_detectors.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::blamed_function;
using test::culprits_of;
using test::find_kind;
using test::ProfileBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

const test::Path kRetryPath{"_start", "main", "retry", "connect@libc.so.6"};
const test::Path kOtherPath{"_start", "main", "render"};

Endpoint tcp(const std::string& address, std::uint16_t port) {
  return {.protocol = Protocol::Tcp, .network_namespace = 1, .address = address, .port = port};
}

Endpoint unix_socket(const std::string& path) {
  return {.protocol = Protocol::Unix, .network_namespace = 1, .address = path, .port = 0};
}

Endpoint dns() {
  return {.protocol = Protocol::Udp, .network_namespace = 1, .address = "10.0.0.2", .port = 53};
}

/// A client whose thread spends `share` of a CPU on retrying.
WorkloadIndex add_client(ProfileBuilder& builder, double share = 1) {
  const WorkloadIndex worker = builder.container("worker-1", "worker");
  builder.thread({.workload = worker,
                  .running = share,
                  .voluntary_switches = 4000,
                  .paths = {kRetryPath},
                  .in_syscall = {{42, 0.5}}});
  builder.process({.workload = worker});
  return worker;
}

TEST(RetryStorm, NamesRateTargetAndCode) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  const WorkloadIndex mysql = builder.container("mysql");
  builder.connects({.workload = worker, .per_second = 412});
  builder.raw().connects[0].listener = mysql;
  const Profile& profile = builder.build();
  const auto findings = run_detectors(profile);
  ASSERT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
  const Finding& storm = *find_kind(findings, FindingKind::RetryStorm);
  EXPECT_EQ(storm.headline, "worker-1: 412 connects/s refused by 172.18.0.3:3306 (mysql)");
  EXPECT_EQ(blamed_function(profile, storm), "retry");
  EXPECT_NEAR(storm.cost.own_cores, 1, 0.02);
  EXPECT_GT(storm.confidence, 0.85);
  ASSERT_TRUE(storm.target);
  EXPECT_EQ(storm.target->port, 3306);
  EXPECT_EQ(storm.target->container, "mysql");
}

TEST(RetryStorm, CostsOnlyWhatLiesBelowItsOwnCode) {
  ProfileBuilder builder;
  const WorkloadIndex worker = builder.container("worker");
  builder.thread({.workload = worker, .paths = {kRetryPath, kOtherPath, kOtherPath, kOtherPath}});
  builder.connects({.workload = worker});
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
  EXPECT_NEAR(findings.front().cost.own_cores, 0.25, 0.01);
}

TEST(RetryStorm, WithoutStacksIsBoundedByItsRate) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker, .per_second = 20, .stacks = {}});
  const auto findings = run_detectors(builder.build());
  const Finding* down = find_kind(findings, FindingKind::DestinationDown);
  ASSERT_NE(down, nullptr);
  EXPECT_NEAR(down->cost.own_cores, 0.2, 0.001);
  EXPECT_THAT(culprits_of(findings), IsEmpty());
}

TEST(RetryStorm, OnLoopbackIsBilledItsSoftirqs) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder, 0.4);
  builder.kernel("kernel:softirq", 0.6);
  builder.connects({.workload = worker, .endpoint = tcp("127.0.0.1", 9)});
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
  EXPECT_NEAR(findings.front().cost.total(), 1.0, 0.02);
}

TEST(RetryStorm, BelowTheGateIsADestinationThatIsDown) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder, 0.05);
  builder.connects({.workload = worker, .per_second = 20});
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
  const Finding* down = find_kind(findings, FindingKind::DestinationDown);
  ASSERT_NE(down, nullptr);
  EXPECT_EQ(down->role, FindingRole::Contributing);
}

TEST(RetryStorm, JustBelowTheRateIsNone) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker, .per_second = 4});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RetryStorm, ThatBacksOffIsNone) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker});
  std::vector<std::uint32_t> seconds{640, 320, 160, 80, 40, 20, 10, 5, 2, 1};
  builder.raw().connects[0].attempts_per_second = seconds;
  builder.raw().connects[0].failures_per_second = seconds;
  builder.raw().connects[0].gaps = {};
  builder.raw().connects[0].gaps[5] = 1278;  // 16 to 32 ms
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RetryStorm, ThatIsSlowedDownByTheMachineDoesNotBackOff) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker});
  std::vector<std::uint32_t> seconds{9000, 9000, 9000, 9000, 9000, 6000, 6000, 6000, 6000, 6000};
  builder.raw().connects[0].attempts_per_second = seconds;
  builder.raw().connects[0].failures_per_second = seconds;
  builder.raw().connects[0].gaps = {};
  builder.raw().connects[0].gaps[0] = 75000;  // below 1 ms
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), Not(IsEmpty()));
}

TEST(RetryStorm, ThatMostlySucceedsIsNone) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker, .per_second = 100});
  builder.connects({.workload = worker, .outcome = ConnectOutcome::Established, .per_second = 101});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RetryStorm, LastsThreeSeconds) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker});
  std::vector<std::uint32_t> burst{500, 500, 0, 0, 0, 0, 0, 0, 0, 0};
  builder.raw().connects[0].attempts_per_second = burst;
  builder.raw().connects[0].failures_per_second = burst;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RetryStorm, AddsUpReplicasWithAddressesOfTheirOwn) {
  ProfileBuilder builder(10, 4);
  for (std::uint32_t i = 0; i < 40; ++i) {
    const WorkloadIndex replica = builder.container("worker-" + std::to_string(i), "worker");
    builder.thread({.workload = replica,
                    .pid = 100 + i,
                    .running = 0.05,
                    .voluntary_switches = 100,
                    .paths = {kRetryPath}});
    Endpoint own_loopback = tcp("127.0.0.1", 3306);
    own_loopback.network_namespace = i + 1;
    builder.connects(
        {.workload = replica, .pids = {100 + i}, .endpoint = own_loopback, .per_second = 10});
  }
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
  EXPECT_EQ(findings.front().workloads.size(), 40U);
  EXPECT_NEAR(findings.front().cost.own_cores, 2.0, 0.1);
}

TEST(RetryStorm, LeavesOutThoseWhoOnlyShareTheImage) {
  ProfileBuilder builder;
  const WorkloadIndex worker = builder.container("worker", "base-image");
  const WorkloadIndex shop = builder.container("shop", "base-image");
  builder.thread({.workload = worker, .paths = {kRetryPath}});
  builder.thread({.workload = shop, .pid = 200, .voluntary_switches = 900});
  builder.connects({.workload = worker});
  builder.connects({.workload = shop, .pids = {200}, .per_second = 1});
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
  EXPECT_THAT(findings.front().workloads, ElementsAre(worker));
}

TEST(RetryStorm, IsNotHiddenByACrowd) {
  ProfileBuilder builder;
  const WorkloadIndex worker = builder.container("worker");
  builder.thread({.workload = worker,
                  .running = 0.3,
                  .waiting = 0.6,
                  .voluntary_switches = 900,
                  .paths = {kRetryPath}});
  for (std::uint32_t i = 0; i < 5; ++i) {
    const WorkloadIndex busy = builder.container("busy-" + std::to_string(i));
    builder.thread({.workload = busy,
                    .pid = 200 + i,
                    .running = 0.34,
                    .waiting = 0.4,
                    .voluntary_switches = 900});
  }
  builder.connects({.workload = worker});
  builder.raw().demand_cores = 5;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("retry_storm"));
}

TEST(RetryStorm, OfAnotherServiceOnItsOwnLoopbackIsAnotherOne) {
  ProfileBuilder builder;
  const WorkloadIndex first = builder.container("first");
  const WorkloadIndex second = builder.container("second");
  builder.thread({.workload = first, .pid = 100, .paths = {kRetryPath}});
  builder.thread({.workload = second, .pid = 200, .paths = {kRetryPath}});
  builder.connects({.workload = first, .pids = {100}, .endpoint = tcp("127.0.0.1", 9)});
  builder.connects({.workload = second, .pids = {200}, .endpoint = tcp("127.0.0.1", 9)});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())),
              ElementsAre("retry_storm", "retry_storm"));
}

TEST(RetryStorm, KnowsEveryWayOfFailing) {
  for (const ConnectOutcome outcome :
       {ConnectOutcome::Refused, ConnectOutcome::TimedOut, ConnectOutcome::Unreachable,
        ConnectOutcome::Reset, ConnectOutcome::Abandoned, ConnectOutcome::OtherError}) {
    ProfileBuilder builder;
    const WorkloadIndex worker = add_client(builder);
    builder.connects({.workload = worker, .outcome = outcome});
    EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("retry_storm"));
  }
  for (const ConnectOutcome outcome : {ConnectOutcome::Absent, ConnectOutcome::BacklogFull}) {
    ProfileBuilder builder;
    const WorkloadIndex worker = add_client(builder);
    builder.connects({.workload = worker,
                      .endpoint = unix_socket("/run/mysqld/mysqld.sock"),
                      .outcome = outcome});
    EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("retry_storm"));
  }
}

TEST(RetryStorm, OfNamesIsOneWhenNobodyAnswers) {
  for (const ConnectOutcome outcome : {ConnectOutcome::DnsNoName, ConnectOutcome::DnsFailed}) {
    ProfileBuilder builder;
    const WorkloadIndex worker = add_client(builder);
    builder.connects({.workload = worker, .endpoint = dns(), .outcome = outcome});
    const auto findings = run_detectors(builder.build());
    EXPECT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
    EXPECT_THAT(findings.front().headline, HasSubstr("look-ups/s"));
  }
}

TEST(RetryStorm, OfASearchListIsNone) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker,
                    .endpoint = dns(),
                    .outcome = ConnectOutcome::DnsNoName,
                    .per_second = 400});
  builder.connects({.workload = worker,
                    .endpoint = dns(),
                    .outcome = ConnectOutcome::DnsAnswered,
                    .per_second = 100});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RetryStorm, ClosedAtOnceIsLessSure) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  const WorkloadIndex mysql = builder.container("mysql");
  builder.thread({.workload = mysql, .pid = 300, .running = 0.3, .voluntary_switches = 3000});
  builder.syscall(300, "accept4", 400);
  builder.connects({.workload = worker, .outcome = ConnectOutcome::Established});
  builder.raw().connects[0].outcomes[ConnectOutcome::ShortLived] = 4000;
  builder.raw().connects[0].failures_per_second.assign(10, 400);
  builder.raw().connects[0].listener = mysql;
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
  EXPECT_LE(findings.front().confidence, 0.6);
  EXPECT_NEAR(findings.front().cost.total(), 1.3, 0.03);
}

TEST(RetryStorm, ThroughAForwarderIsTheClients) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  const WorkloadIndex proxy = builder.container("proxy");
  builder.thread({.workload = proxy, .pid = 300, .running = 0.6, .voluntary_switches = 9000});
  builder.process({.workload = proxy, .pid = 300, .comm = "haproxy"});
  builder.connects({.workload = worker,
                    .endpoint = tcp("172.18.0.8", 80),
                    .outcome = ConnectOutcome::Established});
  builder.raw().connects[0].listener = proxy;
  builder.connects({.workload = proxy, .pids = {300}, .endpoint = tcp("172.18.0.3", 3306)});
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("retry_storm"));
  EXPECT_THAT(findings.front().workloads, ElementsAre(worker));
  EXPECT_EQ(findings.front().target->port, 3306);
}

TEST(RetryStorm, CausesTheFloodThatReportsIt) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder);
  builder.connects({.workload = worker, .per_second = 5000});
  builder.writes({.workload = worker,
                  .calls_per_second = 5000,
                  .stacks = {{"_start", "main", "retry", "write@libc.so.6"}}});
  const auto findings = run_detectors(builder.build());
  const Finding* flood = find_kind(findings, FindingKind::LogFlood);
  ASSERT_NE(flood, nullptr);
  ASSERT_EQ(flood->caused_by.size(), 1U);
  EXPECT_EQ(findings[flood->caused_by[0]].kind, FindingKind::RetryStorm);
}

TEST(StartOrder, IsSeenWhenAClientFailsFirstAndIsServedLater) {
  ProfileBuilder builder;
  const WorkloadIndex worker = add_client(builder, 0.1);
  const WorkloadIndex mysql = builder.container("mysql");
  builder.connects({.workload = worker});
  ConnectActivity& activity = builder.raw().connects[0];
  activity.listener = mysql;
  activity.outcomes = {{ConnectOutcome::Refused, 40}, {ConnectOutcome::Established, 60}};
  activity.attempts_per_second = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10};
  activity.failures_per_second = {10, 10, 10, 10, 0, 0, 0, 0, 0, 0};
  const auto findings = run_detectors(builder.build());
  const Finding* order = find_kind(findings, FindingKind::StartOrder);
  ASSERT_NE(order, nullptr);
  EXPECT_EQ(order->headline, "mysql began answering 4 s after worker-1 first asked");
}

}  // namespace
}  // namespace culprit
