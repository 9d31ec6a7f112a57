// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aggregation/special_frames.h"
#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::uint64_t kInterrupt = 0xf001;
constexpr std::uint64_t kSoftirq = 0xf002;

/// A host whose kernel has these two functions.
void know_interrupts(FakeHost& host) {
  host.function(kInterrupt, "asm_sysvec_apic_timer_interrupt", FrameKind::Kernel, "[kernel]");
  host.function(kSoftirq, "handle_softirqs", FrameKind::Kernel, "[kernel]");
}

TEST(Placement, PutsSoftInterruptsToTheKernelAndNotToWhomTheyInterrupted) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().of(5).in(70), 3);
  host.accept(a_cpu_sample().of(5).in(70).in_context(CpuContext::SoftIrq), 2);
  const Profile profile = host.build();
  EXPECT_EQ(workload_named(profile, "backend").samples, 3U);
  EXPECT_EQ(workload_named(profile, "kernel:softirq").samples, 2U);
  ASSERT_EQ(profile.threads.size(), 1U);
  EXPECT_EQ(profile.threads.front().samples, 3U);
  EXPECT_EQ(profile.threads.front().calls.total(), 3U);
  EXPECT_EQ(profile.samples, 5U);
}

TEST(Placement, PutsHardInterruptsToTheKernel) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().of(5).in(70).in_context(CpuContext::HardIrq));
  const Profile profile = host.build();
  EXPECT_EQ(workload_named(profile, "kernel:irq").samples, 1U);
  EXPECT_THAT(profile.threads, IsEmpty());
}

TEST(Placement, PutsKernelThreadsOfTheRootCgroupTogether) {
  FakeHost host;
  host.accept(a_cpu_sample().of(9).in(1).in_context(CpuContext::KernelThread).named("kswapd0"));
  const Profile profile = host.build();
  EXPECT_EQ(workload_named(profile, "kernel:threads").samples, 1U);
  ASSERT_EQ(profile.threads.size(), 1U);
  EXPECT_TRUE(profile.threads.front().kernel_thread);
}

TEST(Placement, PutsTheKernelsSoftInterruptThreadsToSoftInterrupts) {
  FakeHost host;
  host.accept(a_cpu_sample().of(9).in(1).in_context(CpuContext::KernelThread).named("ksoftirqd/0"));
  EXPECT_EQ(workload_named(host.build(), "kernel:softirq").samples, 1U);
}

TEST(Placement, DoesNotBelieveAProgramThatIsCalledLikeAKernelThread) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().of(9).in(70).named("ksoftirqd/0"));
  EXPECT_EQ(workload_named(host.build(), "backend").samples, 1U);
}

TEST(Placement, LeavesKernelThreadsThatTheKernelBillsToAContainerThere) {
  FakeHost host;
  host.container(70, "machine");
  host.accept(a_cpu_sample().of(9).in(70).in_context(CpuContext::KernelThread).named("vhost-8"));
  EXPECT_EQ(workload_named(host.build(), "machine").samples, 1U);
}

TEST(Placement, SeesSoftInterruptsByTheirStackWhereTheKernelDoesNotSay) {
  FakeHost host;
  know_interrupts(host);
  host.container(70, "backend");
  host.accept(a_stack(4).kernel({0x30, kSoftirq, kInterrupt, 0x20}).user({0x10}));
  host.accept(a_cpu_sample().of(5).in(70).in_syscall(1).with_stack(4));
  const Profile profile = host.build();
  EXPECT_EQ(workload_named(profile, "backend").samples, 0U);
  EXPECT_THAT(folded(workload_named(profile, "kernel:softirq").calls, profile.frames),
              ElementsAre("softirq;asm_sysvec_apic_timer_interrupt;handle_softirqs;f30 1"));
}

TEST(Placement, CutsAnInterruptsStackWhereTheInterruptBegins) {
  FakeHost host;
  know_interrupts(host);
  host.accept(a_stack(4).kernel({0x30, kSoftirq, kInterrupt, 0x20}));
  host.accept(a_cpu_sample().of(5).in(70).in_context(CpuContext::SoftIrq).with_stack(4));
  const Profile profile = host.build();
  EXPECT_THAT(folded(workload_named(profile, "kernel:softirq").calls, profile.frames),
              ElementsAre("softirq;asm_sysvec_apic_timer_interrupt;handle_softirqs;f30 1"));
}

TEST(Placement, PutsTheStacksOfAWorkloadBelowItsProcesses) {
  FakeHost host;
  host.container(70, "backend");
  host.process(5, "python3");
  host.accept(a_stack(4).user({0x20, 0x10}));
  host.accept(a_cpu_sample().of(5).in(70).named("worker").with_stack(4), 2);
  host.accept(a_cpu_sample().of(6).in(70).named("nameless").with_stack(4));
  const Profile profile = host.build();
  EXPECT_THAT(folded(workload_named(profile, "backend").calls, profile.frames),
              ElementsAre("nameless;f10;f20 1", "python3;f10;f20 2"));
  EXPECT_THAT(folded(profile.threads.front().calls, profile.frames), ElementsAre("f10;f20 2"));
}

TEST(Placement, CallsAnUnknownProcessAfterItsFirstThread) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().of(5).in(70).thread(6).named("pool-1"));
  host.accept(a_cpu_sample().of(5).in(70).named("main-thread"));
  const Profile profile = host.build();
  EXPECT_THAT(folded(workload_named(profile, "backend").calls, profile.frames),
              ElementsAre("main-thread;[unknown stack] 2"));
}

TEST(Placement, CountsTheSamplesOfEachSecond) {
  FakeHost host(3s);
  host.container(70, "backend");
  host.accept(a_cpu_sample().in(70).at(100ms), 2);
  host.accept(a_cpu_sample().in(70).at(2'900ms), 3);
  EXPECT_THAT(workload_named(host.build(), "backend").samples_per_second, ElementsAre(2, 0, 3));
}

TEST(Placement, MayBeAskedForAgainAfterMoreSamples) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().in(70));
  host.sources.until = kWindowStart + 3s;
  const Profile interim = host.build();
  EXPECT_EQ(workload_named(interim, "backend").samples, 1U);
  EXPECT_EQ(interim.window.duration, 3s);
  host.accept(a_cpu_sample().in(70), 4);
  host.sources.until = kWindowStart + 10s;
  const Profile last = host.build();
  EXPECT_EQ(workload_named(last, "backend").samples, 5U);
  EXPECT_EQ(last.window.duration, 10s);
}

TEST(Placement, EndsTheWindowAtTheLastObservationUnlessTold) {
  FakeHost host;
  host.sources.until.reset();
  host.accept(a_cpu_sample().at(4s));
  host.accept(a_cpu_sample().at(2s));
  EXPECT_EQ(host.build().window.duration, 4s);
}

TEST(Demand, IsWhatRunsAndWhatWaits) {
  FakeHost host;
  for (const Sample& reading : host_readings({.user = 2})) {
    host.accept(reading, 1);
  }
  host.accept(a_cpu_sample().of(5).at(0s).with_progress({.run_queue_ns = 1'000'000'000}));
  host.accept(a_cpu_sample().of(5).at(10s).with_progress({.run_queue_ns = 16'000'000'000}));
  EXPECT_NEAR(host.build().demand_cores, 3.5, 1e-9);
}

TEST(Demand, FallsBackToPressureWithoutRunQueueTimes) {
  FakeHost host;
  host.accept(a_host_usage().at(0s).cpu({}).cpu_pressure({.some = 1s, .full = 0s}));
  host.accept(a_host_usage()
                  .at(10s)
                  .cpu({.user = 10s, .idle = 10s})
                  .cpu_pressure({.some = 6s, .full = 0s}));
  const Profile profile = host.build();
  EXPECT_NEAR(profile.demand_cores, 1.5, 1e-9);
  EXPECT_NEAR(profile.pressure.cpu_some.value_or(0), 0.5, 1e-9);
}

TEST(Demand, TakesTicksOfCyclesForSharesAndNotForTime) {
  HostFacts facts;
  facts.cpus = 2;
  Window window;
  window.start_time = kWindowStart;
  window.frequency_hz = 100;
  window.clock = "cycles";
  FakeHost host;
  host.container(70, "backend");
  ProfileBuilder builder(facts, window);
  for (const Sample& reading : host_readings({.user = 1, .idle = 1})) {
    builder.accept(reading);
  }
  for (int sample = 0; sample < 40; ++sample) {
    builder.accept(a_cpu_sample().in(sample < 30 ? 70 : 1));
  }
  const Profile profile = builder.build(host.sources);
  EXPECT_NEAR(workload_named(profile, "backend").cpu_cores, 0.75, 1e-9);
}

}  // namespace
}  // namespace culprit
