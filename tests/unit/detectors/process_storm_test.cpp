// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detectors/all_detectors.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::culprits_of;
using test::find_kind;
using test::ProfileBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::vector<std::string>> kStarting{{"_start", "main", "k:__x64_sys_execve"},
                                                      {"k:asm_exc_page_fault"}};
const std::vector<std::vector<std::string>> kWorking{{"_start", "main", "translate"}};

/// A shell that starts programs: itself at 0.18 core, the children share the rest.
WorkloadIndex add_shell(ProfileBuilder& builder, double forks_per_s, const std::string& program,
                        std::uint32_t children = 82,
                        const std::vector<std::vector<std::string>>& paths = kStarting) {
  const WorkloadIndex shell = builder.container("cron");
  builder.thread({.workload = shell,
                  .comm = "sh",
                  .running = 0.18,
                  .voluntary_switches = 9000,
                  .in_syscall = {{56, 0.9}}});
  for (std::uint32_t pid = 200; pid < 200 + children; ++pid) {
    builder.thread({.workload = shell,
                    .pid = pid,
                    .comm = program,
                    .from = 1,
                    .until = 1.1,
                    .paths = paths,
                    .in_syscall = {{59, 0.8}}});
  }
  LifecycleActivity life;
  life.workload = shell;
  life.forks = static_cast<std::uint64_t>(forks_per_s * 10);
  life.execs = life.forks;
  life.exits = life.forks;
  life.exec_names[program] = life.execs;
  builder.raw().lifecycles.push_back(life);
  return shell;
}

TEST(ProcessStorm, AddsUpItsShortLivedChildren) {
  ProfileBuilder builder;
  const WorkloadIndex shell = add_shell(builder, 1176, "date");
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("process_storm"));
  EXPECT_THAT(findings.front().workloads, ElementsAre(shell));
  EXPECT_NEAR(findings.front().cost.own_cores, 1.0, 0.05);
  EXPECT_THAT(findings.front().proof, HasSubstr("date 1176/s"));
  EXPECT_GT(findings.front().confidence, 0.8);
}

TEST(ProcessStorm, JustBelowTheRateIsNone) {
  ProfileBuilder builder;
  add_shell(builder, 49, "date");
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(ProcessStorm, WhoseProcessesDoWhatTheyWereStartedForIsNone) {
  ProfileBuilder builder;
  add_shell(builder, 100, "tr", 82, kWorking);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(ProcessStorm, WithAHotThreadIsNone) {
  ProfileBuilder builder;
  const WorkloadIndex shell = add_shell(builder, 1176, "date", 40);
  builder.thread({.workload = shell, .pid = 99, .voluntary_switches = 200});
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::ProcessStorm), nullptr);
}

TEST(ProcessStorm, OfACompilerIsABuild) {
  ProfileBuilder builder;
  add_shell(builder, 100, "cc1");
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
  EXPECT_NE(find_kind(findings, FindingKind::BuildOnHost), nullptr);
}

TEST(ProcessStorm, WhoseChildrenWorkIsNone) {
  ProfileBuilder builder(10, 4);
  const WorkloadIndex batch = add_shell(builder, 55, "resize");
  for (std::uint32_t pid = 300; pid < 304; ++pid) {
    builder.thread({.workload = batch, .pid = pid, .until = 5, .voluntary_switches = 99});
  }
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RestartLoop, IsCountedByTheEngine) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app, .running = 0.8, .voluntary_switches = 900});
  builder.raw().lifecycles.push_back({.workload = app});
  Container& container = builder.raw().workloads[0].container;
  container.restarts = 3;
  container.started_at = builder.raw().window.start - std::chrono::seconds(20);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("restart_loop"));
  container.started_at = builder.raw().window.start - std::chrono::hours(20);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
  container.started_at = builder.raw().window.start - std::chrono::seconds(20);
  container.restarts = 2;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RestartLoop, IsSeenByFailingProcessesAndContributesWhenCheap) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app, .running = 0.05, .voluntary_switches = 900});
  LifecycleActivity life;
  life.workload = app;
  life.forks = life.execs = life.exits = life.failed_exits = 4;
  builder.raw().lifecycles.push_back(life);
  const auto findings = run_detectors(builder.build());
  const Finding* loop = find_kind(findings, FindingKind::RestartLoop);
  ASSERT_NE(loop, nullptr);
  EXPECT_EQ(loop->role, FindingRole::Contributing);
  builder.raw().lifecycles[0].failed_exits = 2;
  EXPECT_EQ(find_kind(run_detectors(builder.build()), FindingKind::RestartLoop), nullptr);
}

TEST(RestartLoop, OfAHealthCheckIsNotBilledItsServer) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app, .voluntary_switches = 900});
  builder.process({.workload = app, .age_seconds = 3000});
  builder.thread({.workload = app, .pid = 200, .running = 0.01, .voluntary_switches = 9});
  builder.process({.workload = app, .pid = 200, .comm = "curl", .age_seconds = 2});
  LifecycleActivity life;
  life.workload = app;
  life.forks = life.execs = life.exits = life.failed_exits = 5;
  builder.raw().lifecycles.push_back(life);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
  builder.raw().processes[0].age = std::chrono::seconds(2);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("restart_loop"));
}

TEST(RestartLoop, IsSeenWhenTheContainerComesBackInsideTheWindow) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app, .running = 0.8, .voluntary_switches = 900});
  LifecycleActivity life;
  life.workload = app;
  life.restarts = 2;
  builder.raw().lifecycles.push_back(life);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("restart_loop"));
}

}  // namespace
}  // namespace culprit
