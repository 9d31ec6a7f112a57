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

ConnectCountBuilder a_refusal() {
  return a_connect(ConnectOutcome::Refused).of(5).in(70).to("127.0.0.1", 3'306, 9).failing(111);
}

ConnectCountBuilder an_attempt() {
  return a_connect(ConnectOutcome::Attempted).of(5).in(70).to("127.0.0.1", 3'306, 9);
}

TEST(Connects, AreGroupedByWorkloadAndDestination) {
  FakeHost host;
  host.container(70, "worker");
  host.container(80, "other");
  host.accept(a_refusal().times(3));
  host.accept(a_refusal().of(6).times(4));
  host.accept(a_refusal().to("127.0.0.1", 3'306, 8));
  host.accept(a_refusal().in(80));
  const Profile profile = host.build();
  ASSERT_THAT(profile.connects, SizeIs(3));
  const ConnectActivity& most = profile.connects.front();
  EXPECT_EQ(profile.workload(most.workload).container.name, "worker");
  EXPECT_THAT(most.pids, ElementsAre(Pid(5), Pid(6)));
  EXPECT_THAT(most.outcomes, ElementsAre(Pair(ConnectOutcome::Refused, 7U)));
  EXPECT_THAT(most.errors, ElementsAre(Pair(111, 7U)));
  EXPECT_EQ(most.endpoint.network_namespace, 9U);
}

TEST(Connects, CountAttemptsAndFailuresOfEachSecond) {
  FakeHost host(3s);
  host.accept(an_attempt().until(1s).times(5));
  host.accept(an_attempt().until(2s).times(6));
  host.accept(a_refusal().until(2s).times(4));
  host.accept(
      a_connect(ConnectOutcome::Established).of(5).in(70).to("127.0.0.1", 3'306, 9).until(3s));
  const Profile profile = host.build();
  ASSERT_THAT(profile.connects, SizeIs(1));
  EXPECT_THAT(profile.connects[0].attempts_per_second, ElementsAre(5, 6, 0));
  EXPECT_THAT(profile.connects[0].failures_per_second, ElementsAre(0, 4, 0));
}

TEST(Connects, CountEndsAsAttemptsWhereBeginningsAreNotSeen) {
  FakeHost host(2s);
  host.accept(
      a_connect(ConnectOutcome::Absent).to("/run/db.sock", 0).over(Protocol::Unix).times(4));
  const Profile profile = host.build();
  ASSERT_THAT(profile.connects, SizeIs(1));
  EXPECT_THAT(profile.connects[0].attempts_per_second, ElementsAre(4, 0));
  EXPECT_FALSE(profile.connects[0].outcomes.contains(ConnectOutcome::Pending));
}

TEST(Connects, ArePendingWhenTheyBeganAndDidNotEnd) {
  FakeHost host;
  host.accept(an_attempt().times(10));
  host.accept(a_refusal().times(7));
  host.accept(
      a_connect(ConnectOutcome::ShortLived).of(5).in(70).to("127.0.0.1", 3'306, 9).times(2));
  EXPECT_EQ(host.build().connects.front().outcomes.at(ConnectOutcome::Pending), 3U);
}

TEST(Connects, ArePendingWhenANameServerDoesNotAnswer) {
  FakeHost host;
  const auto dns = [](ConnectOutcome outcome) {
    return a_connect(outcome).of(5).to("127.0.0.11", 53).over(Protocol::Udp);
  };
  host.accept(dns(ConnectOutcome::DnsAsked).times(9));
  host.accept(dns(ConnectOutcome::DnsAnswered).times(2));
  host.accept(dns(ConnectOutcome::DnsNoName).times(3));
  const Profile profile = host.build();
  EXPECT_EQ(profile.connects.front().outcomes.at(ConnectOutcome::Pending), 4U);
  EXPECT_EQ(profile.connects.front().attempts_per_second.front(), 9U);
  EXPECT_EQ(profile.connects.front().failures_per_second.front(), 3U);
}

TEST(Connects, AreNeverLessThanNothingPending) {
  FakeHost host;
  host.accept(an_attempt().times(1));
  host.accept(a_refusal().times(7));
  EXPECT_FALSE(host.build().connects.front().outcomes.contains(ConnectOutcome::Pending))
      << "attempts from before the window ended in it";
}

TEST(Connects, KeepTheGapsOfOneSideOnly) {
  FakeHost host;
  host.accept(an_attempt().times(5).with_gaps(3, 4));
  host.accept(a_refusal().times(4).with_gaps(3, 3));
  EXPECT_EQ(host.build().connects.front().gaps[3], 4U);
}

TEST(Connects, HaveACallTreeWeightedByAttempts) {
  FakeHost host;
  host.accept(a_stack(1).user({0x20, 0x10}));
  host.accept(an_attempt().times(6).with_stack(1));
  host.accept(an_attempt().times(2));
  host.accept(a_refusal().times(6).with_stack(1));
  const Profile profile = host.build();
  EXPECT_THAT(folded(profile.connects.front().calls, profile.frames), ElementsAre("f10;f20 6"));
}

TEST(Connects, CountStacksThatNeverCameOnce) {
  FakeHost host;
  host.accept(an_attempt().times(6).with_stack(1));
  host.accept(a_refusal().times(6).with_stack(1));
  EXPECT_EQ(host.build().lost.at("stack_missing"), 6U);
}

TEST(Connects, TellTheNameThatWasLookedUpMost) {
  FakeHost host;
  host.accept(a_refusal().times(1).looking_up("db-old"));
  host.accept(a_refusal().times(5).looking_up("db\x1b"));
  host.accept(a_refusal().times(9));
  const ConnectActivity activity = host.build().connects.front();
  EXPECT_EQ(activity.hostname, "db\\x1B");
  EXPECT_EQ(activity.hostname_source, "dns");
}

TEST(Connects, TellTheirTimes) {
  FakeHost host;
  host.accept(a_refusal().until(4s).taking(20ms));
  host.accept(a_refusal().until(2s).taking(5ms));
  const ConnectActivity activity = host.build().connects.front();
  EXPECT_EQ(activity.first, kWindowStart + 1s);
  EXPECT_EQ(activity.last, kWindowStart + 4s);
  EXPECT_EQ(activity.latency_sum, 25ms);
}

TEST(Connects, TellHowManyFailedPerSecond) {
  FakeHost host(10s);
  host.container(70, "worker");
  host.accept(a_refusal().times(40));
  host.accept(a_connect(ConnectOutcome::Established).of(5).in(70).to("127.0.0.1", 1).times(60));
  EXPECT_NEAR(workload_named(host.build(), "worker").connect_failures_per_s, 4, 1e-9);
}

TEST(Listeners, OfLoopbackAreThoseOfTheSameNetworkNamespace) {
  FakeHost host;
  host.container(70, "worker");
  host.container(80, "mysql");
  host.container(90, "elsewhere");
  host.accept(a_listen_queue(90, 3'306, 0, /*network_namespace=*/1));
  host.accept(a_listen_queue(80, 3'306, 0, /*network_namespace=*/9));
  host.accept(a_refusal());
  host.accept(a_refusal().to("::ffff:127.0.0.1", 3'306, 9));
  host.accept(a_refusal().to("127.0.0.1", 3'307, 9));
  const Profile profile = host.build();
  ASSERT_THAT(profile.connects, SizeIs(3));
  for (const ConnectActivity& activity : profile.connects) {
    if (activity.endpoint.port == 3'307) {
      EXPECT_FALSE(activity.listener) << "nobody listens there";
    } else {
      ASSERT_TRUE(activity.listener);
      EXPECT_EQ(profile.workload(*activity.listener).container.name, "mysql");
    }
  }
}

TEST(Listeners, OfAContainersAddressAreThatContainerEvenBeforeItListens) {
  FakeHost host;
  host.container(70, "worker");
  host.container(80, "mysql").addresses = {"172.18.0.3"};
  host.accept(a_cgroup_usage(80));
  host.accept(a_refusal().to("172.18.0.3", 3'306));
  host.accept(a_refusal().to("10.1.2.3", 3'306));
  const Profile profile = host.build();
  ASSERT_THAT(profile.connects, SizeIs(2));
  for (const ConnectActivity& activity : profile.connects) {
    EXPECT_EQ(activity.listener.has_value(), activity.endpoint.address == "172.18.0.3");
  }
}

TEST(Listeners, AreNotSoughtForUnixSockets) {
  FakeHost host;
  host.accept(a_listen_queue(80, 0, 0));
  host.accept(a_connect(ConnectOutcome::Refused).to("::1", 0).over(Protocol::Unix));
  EXPECT_FALSE(host.build().connects.front().listener);
}

TEST(ListenQueues, AreKeptAtTheirFullest) {
  FakeHost host;
  ListenQueue queue = a_listen_queue(80, 5'000, 3);
  host.accept(queue);
  queue.waiting = 129;
  queue.time += 1s;
  host.accept(queue);
  queue.waiting = 7;
  host.accept(queue);
  const Profile profile = host.build();
  ASSERT_THAT(profile.listen_queues, SizeIs(1));
  EXPECT_EQ(profile.listen_queues.front().waiting, 129U);
  EXPECT_THAT(profile.listening_since, ElementsAre(kWindowStart + 1s));
}

TEST(Connects, AreNoneWhenNothingWasSeen) {
  EXPECT_THAT(FakeHost().build().connects, IsEmpty());
}

}  // namespace
}  // namespace culprit
