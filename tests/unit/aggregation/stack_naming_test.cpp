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

std::vector<std::string> first_thread(const Profile& profile) {
  return profile.threads.empty() ? std::vector<std::string>()
                                 : folded(profile.threads.front().calls, profile.frames);
}

TEST(StackNaming, TakesStacksBeforeAndAfterTheSamplesThatNameThem) {
  FakeHost host;
  host.accept(a_stack(1).user({0x10}));
  host.accept(a_cpu_sample().of(5).with_stack(1));
  host.accept(a_cpu_sample().of(5).with_stack(2));
  host.accept(a_stack(2).user({0x20}));
  const Profile profile = host.build();
  EXPECT_THAT(first_thread(profile), ElementsAre("f10 1", "f20 1"));
  EXPECT_THAT(profile.lost, IsEmpty());
}

TEST(StackNaming, CountsAStackThatNeverCame) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().of(5).in(70).with_stack(9), 3);
  const Profile profile = host.build();
  EXPECT_THAT(first_thread(profile), ElementsAre("[unknown stack] 3"));
  EXPECT_EQ(profile.lost.at("stack_missing"), 3U);
  EXPECT_EQ(workload_named(profile, "backend").lost.at("stack_missing"), 3U);
}

TEST(StackNaming, DoesNotCountASampleThatNeverHadAStack) {
  FakeHost host;
  host.accept(a_cpu_sample().of(5).with_stack(0));
  const Profile profile = host.build();
  EXPECT_THAT(first_thread(profile), ElementsAre("[unknown stack] 1"));
  EXPECT_THAT(profile.lost, IsEmpty());
}

TEST(StackNaming, NamesTheSameAddressesInEachAddressSpaceForItself) {
  FakeHost host;
  host.accept(a_stack(1).user({0x10}));
  host.accept(a_cpu_sample().of(5).with_stack(1), 2);
  host.accept(a_cpu_sample().of(6).with_stack(1));
  host.accept(a_cpu_sample().of(6).in_address_space(99).with_stack(1));
  const Profile profile = host.build();
  ASSERT_EQ(profile.lost.size(), 0U);
  ASSERT_THAT(host.asked, SizeIs(3));
  EXPECT_NE(host.asked[0].address_space, host.asked[1].address_space);
}

TEST(StackNaming, NamesKernelStacksOnceForAll) {
  FakeHost host;
  host.accept(a_stack(1).kernel({0x10}));
  host.accept(a_cpu_sample().of(5).in_syscall(1).with_stack(1));
  host.accept(a_cpu_sample().of(6).in_syscall(1).with_stack(1));
  const Profile profile = host.build();
  ASSERT_EQ(profile.lost.size(), 0U);
  ASSERT_THAT(host.asked, SizeIs(1));
  EXPECT_EQ(host.asked[0].address_space, AddressSpaceId(0));
  EXPECT_EQ(host.asked[0].process.pid, Pid(0));
}

TEST(StackNaming, AsksInPortions) {
  FakeHost host;
  std::size_t largest = 0;
  const auto resolve = host.sources.resolve;
  host.sources.resolve = [&](std::span<const StackOfProcess> stacks) {
    largest = std::max(largest, stacks.size());
    return resolve(stacks);
  };
  for (std::uint64_t hash = 1; hash <= 1'300; ++hash) {
    host.accept(a_stack(hash).user({hash}));
    host.accept(a_cpu_sample().of(5).with_stack(hash));
  }
  const Profile profile = host.build();
  EXPECT_EQ(largest, kStacksPerQuestion);
  EXPECT_THAT(host.asked, SizeIs(1'300));
  EXPECT_THAT(first_thread(profile), SizeIs(1'300));
}

TEST(StackNaming, SurvivesAnAnswerThatIsTooShort) {
  FakeHost host;
  host.sources.resolve = [](std::span<const StackOfProcess> /*stacks*/) {
    return std::vector<ResolvedStack>();
  };
  host.accept(a_stack(1).user({0x10}));
  host.accept(a_cpu_sample().of(5).with_stack(1));
  EXPECT_THAT(first_thread(host.build()), ElementsAre("[unknown stack] 1"));
}

TEST(StackNaming, MarksATruncatedStackAndSaysWhy) {
  FakeHost host;
  host.accept(a_stack(1).user({0x20, 0x10}).ending(StackEnd::DepthLimit));
  host.accept(a_cpu_sample().of(5).with_stack(1), 4);
  const Profile profile = host.build();
  EXPECT_THAT(first_thread(profile), ElementsAre("[truncated stack];f10;f20 4"));
  EXPECT_THAT(profile.stack_ends, ElementsAre(Pair("depth_limit", 4U)));
}

TEST(StackNaming, KeepsFramesWithoutANameAndCountsThemByModule) {
  FakeHost host;
  host.function(0x10, "[libfoo.so+0x10]", FrameKind::Native, "libfoo.so");
  host.function(0x20, "[0x20]", FrameKind::Native, "");
  host.accept(a_stack(1).user({0x20, 0x10}));
  host.accept(a_cpu_sample().of(5).with_stack(1), 3);
  const Profile profile = host.build();
  EXPECT_THAT(first_thread(profile), ElementsAre("[libfoo.so+0x10];[0x20] 3"));
  EXPECT_THAT(profile.unresolved_modules,
              ElementsAre(Pair("[unknown]", 3U), Pair("libfoo.so", 3U)));
}

TEST(StackNaming, KeepsTheFirstOfTwoStacksWithOneHash) {
  FakeHost host;
  host.accept(a_stack(1).user({0x10}));
  host.accept(a_stack(1).user({0x20}));
  host.accept(a_cpu_sample().of(5).with_stack(1));
  EXPECT_THAT(first_thread(host.build()), ElementsAre("f10 1"));
}

TEST(EventStacks, AreNamedInTheProcessThatWasSeenRunning) {
  FakeHost host;
  host.accept(an_exec().of(5, 77).in_address_space(1'234));
  host.accept(a_stack(1).user({0x10}));
  host.accept(a_connect(ConnectOutcome::Refused).of(5).to("127.0.0.1", 80).with_stack(1));
  const Profile profile = host.build();
  ASSERT_EQ(profile.lost.size(), 0U);
  ASSERT_THAT(host.asked, SizeIs(1));
  EXPECT_EQ(host.asked[0].process, (ProcessKey{.pid = Pid(5), .start_boottime_ns = 77}));
  EXPECT_EQ(host.asked[0].address_space, AddressSpaceId(1'234));
}

TEST(EventStacks, AreNamedInAProcessThatNeverWasSeenRunning) {
  FakeHost host;
  host.process(5, "sleepy", 77);
  host.accept(a_stack(1).user({0x10}));
  host.accept(a_connect(ConnectOutcome::Refused).of(5).to("127.0.0.1", 80).with_stack(1));
  const Profile profile = host.build();
  ASSERT_EQ(profile.lost.size(), 0U);
  ASSERT_THAT(host.asked, SizeIs(1));
  EXPECT_EQ(host.asked[0].process.start_boottime_ns, 77U);
  EXPECT_NE(host.asked[0].address_space, AddressSpaceId(0)) << "0 would mean kernel frames only";
}

}  // namespace
}  // namespace culprit
