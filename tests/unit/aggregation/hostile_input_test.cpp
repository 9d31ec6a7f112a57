// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "aggregation/limits.h"
#include "aggregation/loss_tally.h"
#include "aggregation/stack_store.h"
#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();

TEST(HostileInput, FoldsFileObjectsBeyondTheLimitAndKeepsTheTotals) {
  FakeHost host;
  host.container(70, "scatterer");
  const std::uint64_t objects = kWriteObjectLimit + 500;
  for (std::uint64_t inode = 1; inode <= objects; ++inode) {
    host.accept(a_write(FileKind::Regular).of(5).in(70).to(inode).calls(1, 10));
  }
  const Profile profile = host.build();
  ASSERT_THAT(profile.writes, SizeIs(kWriteObjectLimit + 1));
  EXPECT_EQ(profile.writes.front().path, "other file objects");
  EXPECT_EQ(profile.writes.front().bytes, 5'000U);
  EXPECT_EQ(profile.lost.at("write_object_folded"), 500U);
  EXPECT_NEAR(workload_named(profile, "scatterer").write_bytes_per_s, static_cast<double>(objects),
              1e-6);
}

TEST(HostileInput, KeepsTheDestinationOfAForkingClientsAttempts) {
  FakeHost host;
  const std::uint32_t clients = kConnectRowLimit + 1'000;
  for (std::uint32_t pid = 1; pid <= clients; ++pid) {
    host.accept(a_connect(ConnectOutcome::Refused).of(pid).in(70).to("127.0.0.1", 3'306));
  }
  const Profile profile = host.build();
  ASSERT_THAT(profile.connects, SizeIs(1));
  EXPECT_EQ(profile.connects.front().outcomes.at(ConnectOutcome::Refused), clients);
  EXPECT_THAT(profile.connects.front().pids, SizeIs(kPidsPerRowLimit));
  EXPECT_EQ(profile.lost.at("connect_row_folded"), 1'000U);
}

TEST(HostileInput, ListsTheBusiestThreadsOnlyAndKeepsTheSamplesOfAll) {
  FakeHost host;
  host.container(70, "bomb");
  const std::uint32_t threads = kThreadRowLimit + 50;
  for (std::uint32_t pid = 1; pid <= threads; ++pid) {
    host.accept(a_cpu_sample().of(pid).in(70));
  }
  host.accept(a_cpu_sample().of(threads).in(70));
  const Profile profile = host.build();
  EXPECT_EQ(workload_named(profile, "bomb").samples, threads + 1);
  ASSERT_THAT(profile.threads, SizeIs(kThreadRowLimit));
  EXPECT_EQ(profile.threads.front().process.pid, Pid(threads));
  EXPECT_EQ(profile.lost.at("thread_row_folded"), 50U);
}

TEST(HostileInput, DoesNotStoreStacksWithoutEnd) {
  StackStore store;
  const std::size_t stacks = kRawFrameLimit / 1'024 + 3;
  for (std::size_t hash = 1; hash <= stacks; ++hash) {
    RawStack stack;
    stack.hash = StackHash(hash);
    stack.frames.resize(1'024);
    store.add(std::move(stack));
  }
  EXPECT_EQ(store.refused(), 3U);
}

TEST(HostileInput, DoesNotStoreFramesWithoutEnd) {
  FakeHost host;
  constexpr std::uint64_t kFramesEach = 512;
  for (std::uint64_t hash = 1; hash <= kFrameLimit / kFramesEach + 2; ++hash) {
    std::vector<std::uint64_t> addresses;
    for (std::uint64_t frame = 0; frame < kFramesEach; ++frame) {
      addresses.push_back((hash << 16U) + frame);
    }
    host.accept(a_stack(hash).user(addresses));
    host.accept(a_cpu_sample().of(5).with_stack(hash));
  }
  const Profile profile = host.build();
  EXPECT_LE(profile.frames.size(), kFrameLimit + 10);
  EXPECT_GT(profile.lost.at("frame_table_full"), 0U);
}

TEST(HostileInput, FoldsCgroupsOfACgroupStormIntoTheHost) {
  FakeHost host;
  for (std::uint64_t cgroup = 1; cgroup <= kCgroupLimit + 20; ++cgroup) {
    host.accept(a_cpu_sample().of(5).in(cgroup));
  }
  const Profile profile = host.build();
  EXPECT_EQ(profile.samples, kCgroupLimit + 20);
  EXPECT_EQ(profile.lost.at("cgroup_table_full"), 21U) << "one place is for \"no cgroup\"";
}

TEST(HostileInput, LetsNoCountStartAgainAtNothing) {
  FakeHost host;
  host.container(70, "liar");
  for (int round = 0; round < 2; ++round) {
    host.accept(a_connect(ConnectOutcome::Refused)
                    .in(70)
                    .to("127.0.0.1", 1)
                    .times(kMost)
                    .taking(std::chrono::nanoseconds::max()));
    host.accept(a_write(FileKind::Regular).in(70).to(1).calls(kMost, kMost, kMost));
    host.accept(a_syscall(1).of(5).in(70).times(kMost));
    host.accept(an_exchange().of(5, 5).in(70).with("127.0.0.1", 1).times(kMost, kMost));
    host.accept(a_loss("sample_ring_full", kMost, 70));
    host.accept(some_ticks(kMost, kMost, kMost));
    host.accept(a_cgroup_usage(70).throttled(kMost, kMost).io(kMost));
  }
  const Profile profile = host.build();
  EXPECT_EQ(profile.connects.front().outcomes.at(ConnectOutcome::Refused), kMost);
  EXPECT_EQ(profile.connects.front().latency_sum, std::chrono::nanoseconds::max());
  EXPECT_EQ(profile.connects.front().failures_per_second.front(),
            std::numeric_limits<std::uint32_t>::max());
  EXPECT_EQ(profile.writes.front().bytes, kMost);
  EXPECT_EQ(profile.syscalls.front().count, kMost);
  EXPECT_EQ(profile.exchanges.front().exchanges, kMost);
  EXPECT_EQ(profile.lost.at("sample_ring_full"), kMost);
  EXPECT_NEAR(cpu_line(profile), 2, 1e-6);
}

TEST(HostileInput, TakesTimesThatMakeNoSense) {
  FakeHost host;
  host.accept(a_cpu_sample().at(-5s));
  host.accept(a_cpu_sample().at(std::chrono::hours(24 * 365)));
  SyscallCount count = a_syscall(1).of(5);
  count.until = KernelTime{};
  host.accept(count);
  host.sources.until.reset();
  const Profile profile = host.build();
  EXPECT_EQ(profile.samples, 2U);
  EXPECT_THAT(profile.threads.front().samples_per_second, SizeIs(kSecondLimit));
}

TEST(HostileInput, ShowsNoRawByteOfAStranger) {
  FakeHost host;
  const std::string evil = "a\x1b[2J\xff<script>";
  host.accept(a_cpu_sample().of(5).named(evil));
  host.accept(an_exec().of(6).named(evil));
  host.accept(a_connect(ConnectOutcome::Absent).to(evil, 0).over(Protocol::Unix).looking_up(evil));
  host.accept(an_exchange().of(5, 5).with(evil, 80));
  host.accept(a_write(FileKind::Regular).to(3, evil));
  host.accept(a_loss(evil, 1));
  const Profile profile = host.build();
  const std::string safe = "a\\x1B[2J\\xFF<script>";
  EXPECT_EQ(profile.threads.front().comm, safe);
  EXPECT_TRUE(profile.lifecycles.front().exec_names.contains(safe));
  EXPECT_EQ(profile.connects.front().endpoint.address, safe);
  EXPECT_EQ(profile.connects.front().hostname, safe);
  EXPECT_EQ(profile.exchanges.front().endpoint.address, safe);
  EXPECT_EQ(profile.writes.front().path, safe);
  EXPECT_TRUE(profile.lost.contains(safe));
}

TEST(HostileInput, CountsTextsBeyondTheLimitTogether) {
  FakeHost host;
  for (int number = 0; number < 200; ++number) {
    host.accept(an_exec().of(5).in(70).named("p" + std::to_string(number)));
  }
  const LifecycleActivity life = host.build().lifecycles.front();
  EXPECT_THAT(life.exec_names, SizeIs(kNamesPerRowLimit));
  EXPECT_EQ(life.exec_names.at("other"), 200 - (kNamesPerRowLimit - 1));
}

}  // namespace
}  // namespace culprit
