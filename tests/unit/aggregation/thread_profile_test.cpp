// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::SizeIs;

TEST(Threads, AreToldApartByProcessAndThread) {
  FakeHost host;
  host.accept(a_cpu_sample().of(5).thread(5), 3);
  host.accept(a_cpu_sample().of(5).thread(6), 2);
  host.accept(a_cpu_sample().of(7, /*start_boottime_ns=*/1));
  host.accept(a_cpu_sample().of(7, /*start_boottime_ns=*/2));
  const Profile profile = host.build();
  ASSERT_THAT(profile.threads, SizeIs(4));
  EXPECT_EQ(profile.threads[0].samples, 3U) << "most first";
  EXPECT_EQ(profile.threads[1].tid, Tid(6));
}

TEST(Threads, TellWhatTheyDidBetweenTheirFirstAndLastSample) {
  FakeHost host;
  host.accept(a_cpu_sample().of(5).at(1s).with_progress({.runtime_ns = 100,
                                                         .run_queue_ns = 10,
                                                         .voluntary_switches = 4,
                                                         .forced_switches = 5,
                                                         .major_faults = 1,
                                                         .write_calls = 7,
                                                         .written_bytes = 70,
                                                         .read_calls = 8,
                                                         .read_bytes = 4096}));
  host.accept(a_cpu_sample().of(5).at(9s).with_progress({.runtime_ns = 400,
                                                         .run_queue_ns = 30,
                                                         .voluntary_switches = 5,
                                                         .forced_switches = 55,
                                                         .major_faults = 3,
                                                         .write_calls = 9,
                                                         .written_bytes = 90,
                                                         .read_calls = 18,
                                                         .read_bytes = 5120}));
  const Profile profile = host.build();
  ASSERT_THAT(profile.threads, SizeIs(1));
  const ThreadProfile& thread = profile.threads.front();
  EXPECT_EQ(thread.runtime, 300ns);
  EXPECT_EQ(thread.run_queue, 20ns);
  EXPECT_EQ(thread.voluntary_switches, 1U);
  EXPECT_EQ(thread.forced_switches, 50U);
  EXPECT_EQ(thread.major_faults, 2U);
  EXPECT_EQ(thread.write_calls, 2U);
  EXPECT_EQ(thread.read_calls, 10U);
  EXPECT_EQ(thread.read_bytes, 1024U);
  EXPECT_EQ(thread.first_sample, kWindowStart + 1s);
  EXPECT_EQ(thread.last_sample, kWindowStart + 9s);
}

TEST(Threads, ShowProgressWhenSamplesComeOutOfOrder) {
  FakeHost host;
  for (const auto& [second, runtime] : {std::pair(5, 50), std::pair(2, 20), std::pair(8, 80)}) {
    host.accept(a_cpu_sample()
                    .of(5)
                    .at(std::chrono::seconds(second))
                    .with_progress({.runtime_ns = static_cast<std::uint64_t>(runtime)}));
  }
  const Profile profile = host.build();
  EXPECT_EQ(profile.threads.front().runtime, 60ns);
  EXPECT_EQ(profile.threads.front().first_sample, kWindowStart + 2s);
}

TEST(Threads, AddUpTheLivesOfAThreadIdThatIsUsedAgain) {
  FakeHost host;
  const auto sample = [](std::uint64_t life, int second, std::uint64_t runtime) {
    return a_cpu_sample()
        .of(5)
        .thread(6, life)
        .at(std::chrono::seconds(second))
        .with_progress({.runtime_ns = runtime});
  };
  host.accept(sample(1, 1, 1'000));
  host.accept(sample(1, 2, 1'500));
  host.accept(sample(2, 3, 10));
  host.accept(sample(2, 4, 30));
  const Profile profile = host.build();
  ASSERT_THAT(profile.threads, SizeIs(1));
  EXPECT_EQ(profile.threads.front().runtime, 520ns);
}

TEST(Threads, CountTheirSamplesBySystemCall) {
  FakeHost host;
  host.accept(a_cpu_sample().of(5), 4);
  host.accept(a_cpu_sample().of(5).in_syscall(1), 3);
  host.accept(a_cpu_sample().of(5).in_syscall(232), 2);
  host.accept(a_cpu_sample().of(5).in_syscall(-1));
  const ThreadProfile thread = host.build().threads.front();
  EXPECT_EQ(thread.samples, 10U);
  EXPECT_EQ(thread.kernel_samples, 6U);
  EXPECT_THAT(thread.samples_in_syscall, ElementsAre(Pair(1, 3U), Pair(232, 2U)));
}

TEST(Threads, CountTheirSamplesOfEachSecond) {
  FakeHost host(3s);
  host.accept(a_cpu_sample().of(5).at(0s), 2);
  host.accept(a_cpu_sample().of(5).at(1'500ms));
  EXPECT_THAT(host.build().threads.front().samples_per_second, ElementsAre(2, 1, 0));
}

TEST(Threads, BelongToTheWorkloadInWhichTheyWereSeenMost) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().of(5).in(1));
  host.accept(a_cpu_sample().of(5).in(70), 3);
  const Profile profile = host.build();
  ASSERT_THAT(profile.threads, SizeIs(1));
  EXPECT_EQ(profile.workload(profile.threads.front().workload).container.name, "backend");
}

TEST(Threads, HaveNamesThatAreSafeToShow) {
  FakeHost host;
  host.accept(a_cpu_sample().of(5).named("\x1b[31mred\n"));
  EXPECT_EQ(host.build().threads.front().comm, "\\x1B[31mred\\x0A");
}

}  // namespace
}  // namespace culprit
