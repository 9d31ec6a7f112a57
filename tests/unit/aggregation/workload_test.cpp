// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::DoubleNear;

constexpr double kTolerance = 1e-9;

void accept_all(FakeHost& host, const std::vector<Sample>& samples) {
  for (const Sample& sample : samples) {
    host.accept(sample, 1);
  }
}

/// A cgroup's clock that runs evenly at `cores` for the whole window.
void accept_clock(FakeHost& host, std::uint64_t cgroup, double cores) {
  host.accept(a_cgroup_usage(cgroup).at(0s).cpu(500s));
  host.accept(a_cgroup_usage(cgroup).at(10s).cpu(
      500s + std::chrono::nanoseconds(static_cast<std::int64_t>(cores * 10e9))));
}

TEST(Workloads, RollUpTheCgroupsOfAContainer) {
  FakeHost host;
  host.container(70, "backend");
  host.inner_cgroup(71, 70);
  host.accept(a_cpu_sample().in(70), 3);
  host.accept(a_cpu_sample().in(71), 4);
  EXPECT_EQ(workload_named(host.build(), "backend").samples, 7U);
}

TEST(Workloads, KeepAContainersLivesTogether) {
  FakeHost host;
  host.container(70, "backend");
  Container& again = host.container(71, "backend");
  again.cpu_limit_cores = 0.5;
  host.accept(a_fork().of(5).in(70));
  host.accept(a_fork().of(6).in(71));
  const Profile profile = host.build();
  const WorkloadProfile& backend = workload_named(profile, "backend");
  EXPECT_EQ(backend.container.cgroup, CgroupId(71)) << "the newest one";
  EXPECT_EQ(backend.cpu_limit_cores, 0.5);
  ASSERT_EQ(profile.lifecycles.size(), 1U);
  EXPECT_EQ(profile.lifecycles.front().forks, 2U);
  EXPECT_EQ(profile.lifecycles.front().restarts, 1U);
}

TEST(Workloads, ComeFromUsagesAloneToo) {
  FakeHost host;
  host.container(70, "idle");
  host.accept(a_cgroup_usage(70).at(0s).memory(5));
  host.accept(a_cgroup_usage(70).at(10s).memory(7));
  EXPECT_EQ(workload_named(host.build(), "idle").memory_bytes, 7U);
}

TEST(Workloads, AreSortedByCpuAndReferredToByTheirPlace) {
  FakeHost host;
  host.container(70, "small");
  host.container(80, "large");
  accept_all(host, host_readings({.user = 1.2, .idle = 0.8}));
  accept_clock(host, 70, 0.2);
  accept_clock(host, 80, 0.9);
  host.accept(a_cpu_sample().of(5).in(70));
  host.accept(a_cpu_sample().of(6).in(80), 2);
  const Profile profile = host.build();
  EXPECT_EQ(profile.workloads[0].container.name, "large");
  EXPECT_EQ(profile.workloads[1].container.name, "small");
  ASSERT_EQ(profile.threads.size(), 2U);
  EXPECT_EQ(profile.workload(profile.threads[0].workload).container.name, "large");
  EXPECT_EQ(profile.workload(profile.threads[1].workload).container.name, "small");
  EXPECT_EQ(profile.workload(profile.processes[1].workload).container.name, "small");
}

TEST(Workloads, LeaveOutKernelActivitiesThatDidNothing) {
  FakeHost host;
  EXPECT_EQ(find_workload(host.build(), "kernel:irq"), nullptr);
}

TEST(Cores, ComeFromTheCgroupsClock) {
  FakeHost host;
  host.container(70, "backend");
  accept_all(host, host_readings({.user = 1, .system = 0.5, .idle = 0.5}));
  accept_clock(host, 70, 1.25);
  const Profile profile = host.build();
  const WorkloadProfile& backend = workload_named(profile, "backend");
  EXPECT_THAT(backend.cpu_cores, DoubleNear(1.25, kTolerance));
  EXPECT_FALSE(backend.cores_estimated);
  EXPECT_THAT(workload_named(profile, "host (other)").cpu_cores, DoubleNear(0.25, kTolerance));
}

TEST(Cores, AreEstimatedFromSamplesWithoutAClock) {
  FakeHost host;
  host.container(70, "backend");
  accept_all(host, host_readings({.user = 1, .idle = 1}));
  host.accept(a_cpu_sample().in(70), 500);
  const Profile profile = host.build();
  EXPECT_THAT(workload_named(profile, "backend").cpu_cores, DoubleNear(0.5, kTolerance));
  EXPECT_TRUE(workload_named(profile, "backend").cores_estimated);
  EXPECT_THAT(workload_named(profile, "host (other)").cpu_cores, DoubleNear(0.5, kTolerance));
}

TEST(Cores, CountTheSamplesKnownToBeLost) {
  FakeHost host;
  host.container(70, "backend");
  accept_all(host, host_readings({.user = 1, .idle = 1}));
  host.accept(a_cpu_sample().in(70), 300);
  host.accept(a_loss("sample_ring_full", 200, 70));
  const Profile profile = host.build();
  EXPECT_THAT(workload_named(profile, "backend").cpu_cores, DoubleNear(0.5, kTolerance));
  EXPECT_EQ(workload_named(profile, "backend").lost.at("sample_ring_full"), 200U);
}

TEST(Cores, OfInterruptsAreWhatTheHostSpentInThem) {
  FakeHost host;
  accept_all(host, host_readings({.user = 0.5, .softirq = 0.25, .irq = 0.125, .idle = 1.125}));
  const Profile profile = host.build();
  EXPECT_THAT(workload_named(profile, "kernel:softirq").cpu_cores, DoubleNear(0.25, kTolerance));
  EXPECT_THAT(workload_named(profile, "kernel:irq").cpu_cores, DoubleNear(0.125, kTolerance));
  EXPECT_THAT(cpu_line(profile), DoubleNear(2, kTolerance));
}

TEST(Cores, OfAContainerInAContainerAreNotCountedTwice) {
  FakeHost host;
  host.container(70, "outer").cgroup_path = "/docker/outer";
  host.container(80, "inner").cgroup_path = "/docker/outer/docker/inner";
  host.container(90, "neighbour").cgroup_path = "/docker/outer-2";
  accept_all(host, host_readings({.user = 2}));
  accept_clock(host, 70, 1.0);
  accept_clock(host, 80, 0.75);
  accept_clock(host, 90, 0.5);
  const Profile profile = host.build();
  EXPECT_THAT(workload_named(profile, "outer").cpu_cores, DoubleNear(0.25, kTolerance));
  EXPECT_THAT(workload_named(profile, "inner").cpu_cores, DoubleNear(0.75, kTolerance));
  EXPECT_THAT(workload_named(profile, "neighbour").cpu_cores, DoubleNear(0.5, kTolerance));
}

TEST(Cores, DoNotComeFromTheRootCgroupsClock) {
  FakeHost host;
  host.container(70, "backend");
  accept_all(host, host_readings({.user = 1, .idle = 1}));
  accept_clock(host, 70, 0.5);
  accept_clock(host, 1, 1.0);
  const Profile profile = host.build();
  EXPECT_THAT(workload_named(profile, "host (other)").cpu_cores, DoubleNear(0.5, kTolerance));
  EXPECT_FALSE(workload_named(profile, "backend").cores_estimated);
}

TEST(Cores, OfCulpritItselfAreShownApart) {
  FakeHost host;
  host.service(70, "session-1.scope");
  host.sources.own_pids = {Pid(42)};
  accept_all(host, host_readings({.user = 1, .idle = 1}));
  accept_clock(host, 70, 0.6);
  host.accept(a_cpu_sample().of(42).in(70), 100);
  host.accept(a_cpu_sample().of(43).in(70), 500);
  const Profile profile = host.build();
  const WorkloadProfile& own = workload_named(profile, "culprit");
  EXPECT_TRUE(own.is_culprit_itself);
  EXPECT_EQ(own.samples, 100U);
  EXPECT_THAT(own.cpu_cores, DoubleNear(0.1, kTolerance));
  EXPECT_THAT(workload_named(profile, "session-1.scope").cpu_cores, DoubleNear(0.5, kTolerance));
  EXPECT_THAT(cpu_line(profile), DoubleNear(2, kTolerance));
}

TEST(Cores, GoOnThroughARestartThatResetsTheClock) {
  FakeHost host;
  host.container(70, "backend");
  accept_all(host, host_readings({.user = 1, .idle = 1}));
  host.accept(a_cgroup_usage(70).at(0s).cpu(100s));
  host.accept(a_cgroup_usage(70).at(5s).cpu(102s));
  host.accept(a_cgroup_usage(70).at(6s).cpu(1s));
  host.accept(a_cgroup_usage(70).at(10s).cpu(3s));
  EXPECT_THAT(workload_named(host.build(), "backend").cpu_cores, DoubleNear(0.5, kTolerance));
}

TEST(Cores, ComeFromSamplesAloneWhenTheHostCannotBeRead) {
  FakeHost host;
  host.container(70, "backend");
  host.accept(a_cpu_sample().in(70), 800);
  host.accept(a_cpu_sample().in(70).in_context(CpuContext::SoftIrq), 200);
  const Profile profile = host.build();
  EXPECT_THAT(profile.cores.user, DoubleNear(0.8, kTolerance));
  EXPECT_THAT(profile.cores.softirq, DoubleNear(0.2, kTolerance));
  EXPECT_THAT(workload_named(profile, "backend").cpu_cores, DoubleNear(0.8, kTolerance));
  EXPECT_THAT(cpu_line(profile), DoubleNear(2, kTolerance));
}

TEST(Cores, OfAnEmptyWindowAreIdle) {
  FakeHost host(0s);
  const Profile profile = host.build();
  EXPECT_EQ(profile.cores.idle, 2);
  EXPECT_THAT(cpu_line(profile), DoubleNear(2, kTolerance));
}

class RandomHosts : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(RandomHosts, HaveACpuLineThatAddsUpToTheirCpus) {
  std::mt19937 random(GetParam());
  std::uniform_real_distribution<double> share(0, 0.4);
  for (int round = 0; round < 20; ++round) {
    FakeHost host;
    host.sources.own_pids = {Pid(3)};
    for (std::uint64_t cgroup = 10; cgroup < 20; ++cgroup) {
      host.container(cgroup, "c" + std::to_string(cgroup));
      if (random() % 2 == 0) {
        accept_clock(host, cgroup, share(random));
      }
    }
    for (int sample = 0; sample < 400; ++sample) {
      host.accept(a_cpu_sample()
                      .of(static_cast<std::uint32_t>(random() % 9))
                      .in(random() % 24)
                      .in_context(static_cast<CpuContext>(1 + random() % 5)));
    }
    if (random() % 4 != 0) {
      accept_all(host, host_readings({.user = share(random),
                                      .system = share(random),
                                      .softirq = share(random),
                                      .irq = share(random),
                                      .iowait = share(random),
                                      .steal = share(random),
                                      .guest = share(random),
                                      .idle = share(random) + 0.01}));
    }
    const Profile profile = host.build();
    EXPECT_NEAR(cpu_line(profile), 2, 1e-6);
    for (const WorkloadProfile& workload : profile.workloads) {
      EXPECT_GE(workload.cpu_cores, 0) << workload.container.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomHosts, ::testing::Range(1U, 6U));

TEST(Usage, TellsLimitsPressureAndThrottling) {
  FakeHost host;
  host.container(70, "backend");
  CgroupUsage from = a_cgroup_usage(70).at(0s).throttled(100, 10).io(1'000);
  from.memory_pressure = Pressure{.some = 1s, .full = 1s};
  from.cpu_pressure = Pressure{.some = 1s, .full = 0s};
  CgroupUsage to = a_cgroup_usage(70).at(10s).throttled(200, 60).io(11'000).memory(77);
  to.memory_pressure = Pressure{.some = 3s, .full = 2s};
  to.cpu_pressure = Pressure{.some = 6s, .full = 0s};
  to.cpu_limit_cores = 0.5;
  to.memory_limit_bytes = 100;
  to.major_faults = 12;
  host.accept(from);
  host.accept(to);
  const Profile profile = host.build();
  const WorkloadProfile& backend = workload_named(profile, "backend");
  EXPECT_THAT(backend.throttled_share, DoubleNear(0.5, kTolerance));
  EXPECT_THAT(backend.io_bytes_per_s, DoubleNear(1'000, kTolerance));
  EXPECT_THAT(backend.memory_pressure_full, ::testing::Optional(DoubleNear(0.1, kTolerance)));
  EXPECT_THAT(backend.cpu_pressure_some, ::testing::Optional(DoubleNear(0.5, kTolerance)));
  EXPECT_EQ(backend.cpu_limit_cores, 0.5);
  EXPECT_EQ(backend.memory_limit_bytes, 100U);
  EXPECT_EQ(backend.major_faults, 12U);
  EXPECT_EQ(backend.memory_bytes, 77U);
}

TEST(Usage, OfACgroupInsideAContainerStandsInOnlyWhenTheContainersOwnIsMissing) {
  FakeHost host;
  host.container(70, "backend");
  host.inner_cgroup(71, 70);
  accept_clock(host, 71, 0.5);
  accept_all(host, host_readings({.user = 1, .idle = 1}));
  EXPECT_THAT(workload_named(host.build(), "backend").cpu_cores, DoubleNear(0.5, kTolerance));
  accept_clock(host, 70, 0.75);
  EXPECT_THAT(workload_named(host.build(), "backend").cpu_cores, DoubleNear(0.75, kTolerance));
}

}  // namespace
}  // namespace culprit
