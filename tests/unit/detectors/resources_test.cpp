// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detectors/all_detectors.h"
#include "detectors/ruled_out.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::culprits_of;
using test::find_kind;
using test::ProfileBuilder;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

std::vector<std::string> ruled_out_names(const Profile& profile) {
  std::vector<std::string> names;
  for (const RuledOut& row : rule_out(profile, run_detectors(profile))) {
    names.push_back(row.what);
  }
  return names;
}

TEST(MemoryThrash, IsAWorkloadThatReclaimsAllTheTime) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app,
                  .voluntary_switches = 900,
                  .paths = {{"_start", "main", "k:asm_exc_page_fault", "k:filemap_fault"}}});
  builder.raw().workloads[0].memory_pressure_full = 0.4;
  builder.raw().workloads[0].major_faults = 20000;
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), ElementsAre("memory_thrash"));
  builder.raw().workloads[0].memory_pressure_full = 0.09;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(MemoryThrash, IsACollectorThatNeverStops) {
  ProfileBuilder builder(10, 4);
  const WorkloadIndex app = builder.container("app");
  builder.thread(
      {.workload = app, .tid = 100, .comm = "java", .running = 0.3, .voluntary_switches = 100});
  builder.thread({.workload = app, .tid = 101, .comm = "GC Thread#0"});
  builder.thread({.workload = app, .tid = 102, .comm = "GC Thread#1"});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("memory_thrash"));
}

TEST(LockContention, IsCpuSpentInsideFutex) {
  for (const double inside : {0.8, 0.45}) {
    ProfileBuilder builder(10, 4);
    const WorkloadIndex app = builder.container("app");
    for (std::uint32_t tid = 100; tid < 104; ++tid) {
      builder.thread({.workload = app,
                      .tid = tid,
                      .running = 0.8,
                      .voluntary_switches = 50000,
                      .paths = {{"start_thread", "worker", "take_lock", "futex@libc.so.6"}},
                      .in_syscall = {{202, inside}}});
      builder.syscall(100, "futex", 50000, 0, false, tid);
    }
    const auto findings = run_detectors(builder.build());
    EXPECT_EQ(find_kind(findings, FindingKind::LockContention) != nullptr, inside > 0.5);
  }
}

TEST(KernelWork, IsACulpritOnlyWhenNobodyExplainsIt) {
  ProfileBuilder builder;
  builder.kernel("kernel:softirq", 0.8);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("kernel_work"));
  const WorkloadIndex worker = builder.container("worker");
  builder.thread({.workload = worker,
                  .running = 0.7,
                  .voluntary_switches = 9000,
                  .paths = {{"_start", "main", "retry", "connect@libc.so.6"}}});
  builder.connects({.workload = worker});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("retry_storm"));
}

TEST(KernelWork, OfTrafficThatIsServedIsNone) {
  ProfileBuilder builder;
  builder.kernel("kernel:softirq", 0.8);
  const WorkloadIndex web = builder.container("web");
  builder.thread({.workload = web, .running = 0.4, .voluntary_switches = 900});
  builder.exchanges(web, 100, 15000, /*client=*/false);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(CpuStarved, IsNotSaidBesideACulprit) {
  ProfileBuilder builder;
  for (std::uint32_t i = 0; i < 6; ++i) {
    const WorkloadIndex app = builder.container("app-" + std::to_string(i));
    builder.thread({.workload = app, .pid = 100 + i, .running = 0.33, .waiting = 0.67});
  }
  builder.listen(WorkloadIndex(0), 100, 80, 128);
  builder.raw().demand_cores = 6;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("runaway_loop"));
}

TEST(CpuStarved, IsStealAboveATenth) {
  ProfileBuilder builder;
  builder.container("quiet");
  builder.build();
  builder.raw().cores.steal = 0.6;
  // With an idle CPU nobody waits for the hypervisor alone.
  builder.raw().cores.idle = 0.5;
  EXPECT_THAT(culprits_of(run_detectors(builder.raw())), IsEmpty());
  builder.raw().cores.idle = 0.05;
  EXPECT_THAT(culprits_of(run_detectors(builder.raw())), ElementsAre("cpu_starved"));
  builder.raw().cores.steal = 0.19;
  EXPECT_THAT(culprits_of(run_detectors(builder.raw())), IsEmpty());
}

TEST(CpuStarved, IsAHostTooSmallForManyModestServices) {
  ProfileBuilder builder;
  for (std::uint32_t i = 0; i < 10; ++i) {
    const WorkloadIndex app = builder.container("app-" + std::to_string(i));
    builder.thread({.workload = app,
                    .pid = 100 + i,
                    .running = 0.2,
                    .waiting = 0.2,
                    .voluntary_switches = 900});
  }
  builder.raw().demand_cores = 4.5;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("cpu_starved"));
  builder.raw().demand_cores = 3.9;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RuledOut, HoldsOnlyWhatWasMeasuredAndIsQuiet) {
  ProfileBuilder builder;
  builder.container("app");
  EXPECT_THAT(ruled_out_names(builder.build()), ElementsAre("swap", "kernel work", "steal"));
  builder.raw().pressure.memory_full = 0.002;
  builder.raw().disks.push_back({.name = "vda", .busy_share = 0.08});
  EXPECT_THAT(ruled_out_names(builder.build()),
              ElementsAre("memory pressure", "swap", "disk", "kernel work", "steal"));
  builder.raw().pressure.memory_full = 0.07;
  builder.raw().disks[0].busy_share = 0.9;
  EXPECT_THAT(ruled_out_names(builder.build()), Not(Contains("memory pressure")));
  EXPECT_THAT(ruled_out_names(builder.build()), Not(Contains("disk")));
}

TEST(RuledOut, GivesItsNumbers) {
  ProfileBuilder builder;
  builder.raw().pressure.memory_full = 0.002;
  const auto rows = rule_out(builder.build(), {});
  ASSERT_FALSE(rows.empty());
  EXPECT_EQ(rows[0].why, "PSI full 0.2 %");
  ASSERT_EQ(rows[0].evidence.size(), 1U);
  EXPECT_DOUBLE_EQ(rows[0].evidence[0].value, 0.002);
}

}  // namespace
}  // namespace culprit
