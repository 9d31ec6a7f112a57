// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(Syscalls, AreCountedByThreadNameAndOutcome) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_syscall(232).of(5).in(70).returning_zero().times(40));
  host.accept(a_syscall(232).of(5).in(70).returning_zero().until(2s).times(2));
  host.accept(a_syscall(232).of(5, 6).in(70).times(9));
  host.accept(a_syscall(0).of(5).in(70).failing(11).times(49));
  const Profile profile = host.build();
  ASSERT_THAT(profile.syscalls, SizeIs(3));
  EXPECT_EQ(profile.syscalls[0].count, 49U);
  EXPECT_EQ(profile.syscalls[0].error, 11U);
  EXPECT_EQ(profile.syscalls[1].count, 42U);
  EXPECT_TRUE(profile.syscalls[1].returned_zero);
  EXPECT_EQ(profile.syscalls[2].tid, Tid(6));
  EXPECT_NEAR(workload_named(profile, "backend").syscalls_per_s, 10, 1e-9);
}

#if defined(__x86_64__)
TEST(Syscalls, OfBothTablesHaveTheirOwnNames) {
  FakeHost host;
  host.accept(a_syscall(4).of(5).times(2));
  host.accept(a_syscall(4).of(5).compat());
  const Profile profile = host.build();
  ASSERT_THAT(profile.syscalls, SizeIs(2));
  EXPECT_EQ(profile.syscalls[0].name, "stat");
  EXPECT_EQ(profile.syscalls[1].name, "write");
}
#endif

TEST(Exchanges, AddUpTheConnectionsOfAThread) {
  FakeHost host(2s);
  host.container(70, "client");
  const auto exchange = [] {
    return an_exchange().of(5, 6).in(70).with("172.18.0.9", 80).as_client();
  };
  host.accept(exchange().on_connection(1).times(30, 30).of_sizes(100, 200));
  host.accept(exchange().on_connection(2).until(2s).times(10, 8).of_sizes(7, 9));
  const Profile profile = host.build();
  ASSERT_THAT(profile.exchanges, SizeIs(1));
  const ExchangeActivity& activity = profile.exchanges.front();
  EXPECT_EQ(activity.exchanges, 40U);
  EXPECT_EQ(activity.same_sizes, 38U);
  EXPECT_EQ(activity.sent_bytes, 3'070U);
  EXPECT_EQ(activity.received_bytes, 6'090U);
  EXPECT_EQ(activity.request_bytes, 100U) << "of the busiest connection";
  EXPECT_THAT(activity.exchanges_per_second, ElementsAre(30, 10));
}

TEST(Exchanges, OfClientsTellWhoAnswers) {
  FakeHost host;
  host.container(70, "client");
  host.container(80, "server").addresses = {"172.18.0.9"};
  host.accept(a_cgroup_usage(80));
  host.accept(an_exchange().of(5, 5).in(70).with("172.18.0.9", 80).as_client());
  host.accept(an_exchange().of(9, 9).in(70).with("172.18.0.9", 80));
  const Profile profile = host.build();
  ASSERT_THAT(profile.exchanges, SizeIs(2));
  for (const ExchangeActivity& activity : profile.exchanges) {
    EXPECT_EQ(activity.listener.has_value(), activity.client);
  }
}

TEST(Exchanges, HaveACallTreeWeightedByExchanges) {
  FakeHost host;
  host.accept(a_stack(1).user({0x10}));
  host.accept(an_exchange().of(5, 5).with("10.0.0.1", 80).times(12, 12).with_stack(1));
  const Profile profile = host.build();
  EXPECT_THAT(folded(profile.exchanges.front().calls, profile.frames), ElementsAre("f10 12"));
}

TEST(Lifecycles, CountBirthsAndDeathsOfAWorkload) {
  FakeHost host(2s);
  host.container(70, "forker");
  host.accept(a_fork().of(5).in(70).at(100ms), 3);
  host.accept(a_fork().of(6).in(70).at(1'100ms));
  host.accept(an_exec().of(6).in(70).named("curl"), 2);
  host.accept(an_exec().of(6).in(70).named("sh"));
  host.accept(an_exit().of(6).in(70).exiting_with(0));
  host.accept(an_exit().of(5).in(70).exiting_with(256));
  const Profile profile = host.build();
  ASSERT_THAT(profile.lifecycles, SizeIs(1));
  const LifecycleActivity& life = profile.lifecycles.front();
  EXPECT_EQ(life.forks, 4U);
  EXPECT_EQ(life.execs, 3U);
  EXPECT_EQ(life.exits, 2U);
  EXPECT_EQ(life.failed_exits, 1U);
  EXPECT_EQ(life.restarts, 0U);
  EXPECT_THAT(life.forks_per_second, ElementsAre(3, 1));
  EXPECT_THAT(life.exec_names, ElementsAre(Pair("curl", 2U), Pair("sh", 1U)));
}

CgroupEvent a_birth(const std::string& path, std::chrono::nanoseconds at,
                    std::uint32_t hierarchy = 0) {
  CgroupEvent event;
  event.time = kWindowStart + at;
  event.created = true;
  event.cgroup = CgroupId(1'000'000);
  event.hierarchy = hierarchy;
  event.path = path;
  return event;
}

TEST(Restarts, AreBirthsOfACgroupThatWasThereBefore) {
  FakeHost host;
  host.container(70, "crasher");
  host.accept(a_cgroup_usage(70).at(0s));
  for (std::uint32_t hierarchy = 0; hierarchy < 3; ++hierarchy) {
    host.accept(a_birth("/docker/crasher", 2s, hierarchy));
    host.accept(a_birth("/docker/crasher", 5s, hierarchy));
  }
  host.accept(an_exit().of(5).in(70));
  EXPECT_EQ(host.build().lifecycles.front().restarts, 2U) << "each hierarchy tells the same";
}

TEST(Restarts, DoNotCountAContainersFirstStart) {
  FakeHost host;
  host.container(70, "newcomer");
  host.accept(a_birth("/docker/newcomer", 2s));
  host.accept(a_cgroup_usage(70).at(3s));
  host.accept(an_exec().of(5).in(70));
  EXPECT_EQ(host.build().lifecycles.front().restarts, 0U);
}

TEST(Restarts, AreSeenByCountersThatBeginAgain) {
  FakeHost host;
  host.container(70, "crasher");
  host.accept(a_cgroup_usage(70).at(0s).cpu(9s));
  host.accept(a_cgroup_usage(70).at(1s).cpu(1s));
  host.accept(an_exit().of(5).in(70));
  EXPECT_EQ(host.build().lifecycles.front().restarts, 1U);
}

TEST(Losses, AreCountedByCauseAndByWorkload) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().in(70));
  host.accept(a_loss("sample_ring_full", 3, 70));
  host.accept(a_loss("sample_ring_full", 2));
  host.accept(a_loss("write_map_full", 1, 70));
  const Profile profile = host.build();
  EXPECT_THAT(profile.lost, ElementsAre(Pair("sample_ring_full", 5U), Pair("write_map_full", 1U)));
  EXPECT_THAT(workload_named(profile, "backend").lost,
              ElementsAre(Pair("sample_ring_full", 3U), Pair("write_map_full", 1U)));
}

TEST(Losses, HoldWhatTheClockSaysShouldHaveCome) {
  FakeHost host;
  host.accept(some_ticks(500, 200, 150));
  host.accept(some_ticks(500, 100, 350));
  host.accept(a_loss("sample_ring_full", 60));
  const Profile profile = host.build();
  EXPECT_EQ(profile.lost.at("not_delivered"), 140U);
  EXPECT_EQ(profile.expected_samples, 1'000U);
  EXPECT_EQ(profile.idle_samples, 300U);
}

TEST(Losses, AreNeverLessThanNothing) {
  FakeHost host;
  host.accept(some_ticks(100, 60, 60));
  EXPECT_THAT(host.build().lost, IsEmpty());
}

TEST(Host, TellsMemorySwapAndDisks) {
  FakeHost host;
  HostUsage from = a_host_usage().memory_pressure({.some = 0s, .full = 0s});
  from.disks = {{.name = "vda", .busy = 1s, .read_bytes = 100, .written_bytes = 100}};
  from.pages_swapped_in = 10;
  HostUsage to = a_host_usage().at(10s).memory_pressure({.some = 4s, .full = 2s});
  to.disks = {{.name = "vda", .busy = 6s, .read_bytes = 1'100, .written_bytes = 5'100},
              {.name = "vdb", .busy = 9s, .read_bytes = 9, .written_bytes = 9}};
  to.pages_swapped_in = 30;
  to.pages_swapped_out = 80;
  to.memory_total_bytes = 1'000;
  to.memory_available_bytes = 10;
  host.accept(from);
  host.accept(to);
  const Profile profile = host.build();
  EXPECT_NEAR(profile.pressure.memory_full.value_or(0), 0.2, 1e-9);
  EXPECT_EQ(profile.pressure.io_full, std::nullopt);
  ASSERT_THAT(profile.disks, SizeIs(1));
  EXPECT_NEAR(profile.disks.front().busy_share, 0.5, 1e-9);
  EXPECT_NEAR(profile.disks.front().written_bytes_per_s, 500, 1e-9);
  EXPECT_NEAR(profile.swapped_pages_per_s, 10, 1e-9);
  EXPECT_EQ(profile.memory_available_bytes, 10U);
}

}  // namespace
}  // namespace culprit
