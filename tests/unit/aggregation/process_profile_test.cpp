// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Processes, AreListedWithTheirFacts) {
  FakeHost host;
  host.container(70, "backend");
  ProcessFacts& facts = host.process(5, "python3", 44);
  facts.parent = Pid(4);
  facts.inner_pid = 7;
  facts.executable = "/usr/bin/python3.11";
  facts.command_line = "python3 app.py";
  facts.lifetime_cpu = 90s;
  facts.started_at = std::chrono::system_clock::time_point(std::chrono::hours(1'000)) - 80s;
  host.accept(a_cpu_sample().of(5, 44).in(70));
  const Profile profile = host.build();
  ASSERT_THAT(profile.processes, SizeIs(1));
  const ProcessProfile& process = profile.processes.front();
  EXPECT_EQ(process.parent, Pid(4));
  EXPECT_EQ(process.inner_pid, 7U);
  EXPECT_EQ(process.comm, "python3");
  EXPECT_EQ(process.command_line, "python3 app.py");
  EXPECT_EQ(process.age, 90s) << "80 s before the window, which lasts 10 s";
  EXPECT_EQ(process.lifetime_cpu, 90s);
  EXPECT_EQ(process.runtime, "python");
  EXPECT_EQ(profile.workload(process.workload).container.name, "backend");
}

TEST(Processes, ThatNobodyLookedAtHaveTheirThreadsName) {
  FakeHost host;
  host.accept(a_cpu_sample().of(5).named("gone"));
  EXPECT_EQ(host.build().processes.front().comm, "gone");
}

TEST(Processes, AreListedOnceWhateverTheyDid) {
  FakeHost host;
  host.process(5, "app", 44);
  host.accept(a_cpu_sample().of(5, 44).thread(5));
  host.accept(a_cpu_sample().of(5, 44).thread(6));
  host.accept(a_syscall(1).of(5));
  host.accept(a_write(FileKind::Regular).of(5).to(3));
  host.accept(a_connect(ConnectOutcome::Refused).of(5).to("127.0.0.1", 1));
  EXPECT_THAT(host.build().processes, SizeIs(1));
}

TEST(Processes, ThatOnlyMadeSystemCallsAreListedToo) {
  FakeHost host;
  host.container(70, "backend");
  host.process(5, "app", 44);
  host.accept(a_syscall(1).of(5).in(70));
  const Profile profile = host.build();
  ASSERT_THAT(profile.processes, SizeIs(1));
  EXPECT_EQ(profile.processes.front().key.start_boottime_ns, 44U);
  EXPECT_EQ(profile.workload(profile.processes.front().workload).container.name, "backend");
}

TEST(Processes, AreNoneForInterrupts) {
  FakeHost host;
  host.accept(a_cpu_sample().of(0).in_context(CpuContext::SoftIrq));
  EXPECT_THAT(host.build().processes, IsEmpty());
}

TEST(Processes, ShowTheRuntimeThatTheirFramesAreOf) {
  FakeHost host;
  host.process(5, "server").executable = "/app/server";
  host.function(0x10, "runtime.goexit.abi0");
  host.accept(a_stack(1).user({0x20, 0x10}));
  host.accept(a_cpu_sample().of(5).with_stack(1));
  EXPECT_EQ(host.build().processes.front().runtime, "go");
}

}  // namespace
}  // namespace culprit
