// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "detectors/all_detectors.h"
#include "detectors/runaway_loop/busy_group.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::blamed_function;
using test::culprits_of;
using test::find_kind;
using test::ProfileBuilder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const test::Path kLoopPath{"_start", "main", "serve", "handle", "normalize_tags"};

// A worker of a server that never comes back, seen for the whole window.
WorkloadIndex add_looping_server(ProfileBuilder& builder, std::uint32_t waiting) {
  const WorkloadIndex backend = builder.container("backend-2", "backend");
  builder.thread({.workload = backend, .pid = 100, .comm = "python3", .paths = {kLoopPath}});
  builder.process({.workload = backend, .pid = 100, .comm = "python3"});
  builder.listen(backend, 100, 5000, waiting);
  return backend;
}

TEST(RunawayLoop, IsNotHiddenByAHypervisorThatTakesTheCpu) {
  for (const std::uint64_t slept : {0, 2}) {
    ProfileBuilder builder;
    const WorkloadIndex backend = builder.container("backend-2", "backend");
    builder.thread({.workload = backend,
                    .pid = 100,
                    .running = 0.7,
                    .voluntary_switches = slept,
                    .paths = {kLoopPath}});
    builder.process({.workload = backend, .pid = 100});
    builder.listen(backend, 100, 5000, 129);
    // One that slept in between may have done so for all of the missing time.
    EXPECT_EQ(culprits_of(run_detectors(builder.build())).empty(), slept > 0);
  }
}

TEST(RunawayLoop, IsProvenByConnectionsThatWait) {
  ProfileBuilder builder;
  const WorkloadIndex backend = add_looping_server(builder, 129);
  const Profile& profile = builder.build();
  const auto findings = run_detectors(profile);
  ASSERT_THAT(culprits_of(findings), ElementsAre("runaway_loop"));
  const Finding& loop = *find_kind(findings, FindingKind::RunawayLoop);
  EXPECT_THAT(loop.workloads, ElementsAre(backend));
  EXPECT_EQ(blamed_function(profile, loop), "normalize_tags");
  EXPECT_EQ(loop.explains, "port 5000: 129 of 128 connections wait unaccepted");
  EXPECT_EQ(loop.headline, "backend-2 loops without end");
  EXPECT_GT(loop.confidence, 0.8);
  EXPECT_NEAR(loop.cost.own_cores, 1.0, 0.02);
  ASSERT_FALSE(loop.advice.empty());
  EXPECT_EQ(loop.advice.front().command, "docker update --cpu-quota 50000 3f9c1b2a77de");
  EXPECT_EQ(loop.advice.front().undo, "docker update --cpu-quota -1 3f9c1b2a77de");
}

TEST(RunawayLoop, WithoutAProofIsALongComputationBelowOneHalf) {
  ProfileBuilder builder;
  add_looping_server(builder, 0);
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
  const Finding* computation = find_kind(findings, FindingKind::LongComputation);
  ASSERT_NE(computation, nullptr);
  EXPECT_EQ(computation->role, FindingRole::Context);
  EXPECT_LT(computation->confidence, 0.5);
}

TEST(RunawayLoop, IsFoundInACrowdAndUnderALimit) {
  ProfileBuilder crowd;
  const WorkloadIndex backend = crowd.container("backend");
  for (std::uint32_t pid = 100; pid < 120; ++pid) {
    crowd.thread(
        {.workload = backend, .pid = pid, .running = 0.1, .waiting = 0.9, .paths = {kLoopPath}});
    crowd.process({.workload = backend, .pid = pid});
    crowd.listen(backend, pid, 5000, 20);
  }
  const auto findings = run_detectors(crowd.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("runaway_loop"));
  EXPECT_EQ(find_kind(findings, FindingKind::RunawayLoop)->threads.size(), 20U);

  ProfileBuilder limited;
  const WorkloadIndex held = limited.container("held");
  limited.thread({.workload = held, .running = 0.3, .paths = {kLoopPath}});
  limited.listen(held, 100, 5000, 20);
  limited.raw().workloads[0].throttled_share = 0.99;
  limited.raw().workloads[0].cpu_limit_cores = 0.3;
  EXPECT_THAT(culprits_of(run_detectors(limited.build())), ElementsAre("runaway_loop"));
}

TEST(RunawayLoop, AddsUpReplicasAndSuccessiveProcessesOfOneService) {
  ProfileBuilder builder(10, 8);
  const WorkloadIndex first = builder.container("backend-1", "backend");
  const WorkloadIndex second = builder.container("backend-2", "backend");
  builder.thread({.workload = first, .pid = 100, .until = 3, .paths = {kLoopPath}});
  builder.thread({.workload = first, .pid = 101, .from = 3, .until = 6, .paths = {kLoopPath}});
  builder.thread({.workload = first, .pid = 102, .from = 6, .until = 10, .paths = {kLoopPath}});
  builder.thread({.workload = second, .pid = 200, .paths = {kLoopPath}});
  builder.listen(second, 200, 5000, 50);
  const auto findings = run_detectors(builder.build());
  const Finding* loop = find_kind(findings, FindingKind::RunawayLoop);
  ASSERT_NE(loop, nullptr);
  EXPECT_EQ(loop->threads.size(), 4U);
  EXPECT_EQ(loop->workloads.size(), 2U);
  EXPECT_NEAR(loop->cost.own_cores, 2.0, 0.05);
}

TEST(RunawayLoop, IsNoneWhenTheThreadSleepsALittle) {
  ProfileBuilder builder;
  const WorkloadIndex backend = builder.container("backend");
  builder.thread(
      {.workload = backend, .running = 0.9, .voluntary_switches = 900, .paths = {kLoopPath}});
  builder.listen(backend, 100, 5000, 129);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RunawayLoop, IsNoneWhenItStoppedBeforeTheWindowDid) {
  ProfileBuilder builder;
  const WorkloadIndex backend = builder.container("backend");
  builder.thread({.workload = backend, .until = 8, .paths = {kLoopPath}});
  builder.listen(backend, 100, 5000, 129);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RunawayLoop, IsNoneWhenTheServerStillAccepts) {
  ProfileBuilder builder;
  add_looping_server(builder, 20);
  builder.syscall(100, "accept4", 500, 0, false, 101);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RunawayLoop, IsProvenBelowAServersDispatcher) {
  ProfileBuilder builder;
  const WorkloadIndex api = builder.container("api");
  builder.thread({.workload = api,
                  .comm = "node",
                  .paths = {{"_start", "main", "uv_run", "uv__io_poll", "on_request", "match"}}});
  builder.listen(api, 100, 3000, 0);
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("runaway_loop"));
  EXPECT_GT(find_kind(findings, FindingKind::RunawayLoop)->confidence, 0.6);
}

TEST(RunawayLoop, OfABundlerBelowUvRunIsNone) {
  ProfileBuilder builder;
  const WorkloadIndex bundler = builder.container("bundler");
  builder.thread({.workload = bundler,
                  .comm = "node",
                  .paths = {{"_start", "main", "uv_run", "on_timer", "minify"}}});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RunawayLoop, IsProvenBySiblingsOfAServerThatSleep) {
  ProfileBuilder builder;
  const WorkloadIndex api = builder.container("api");
  builder.thread(
      {.workload = api, .tid = 101, .paths = {{"start_thread", "worker_main", "handle", "parse"}}});
  builder.thread({.workload = api,
                  .tid = 102,
                  .running = 0.01,
                  .voluntary_switches = 200,
                  .paths = {{"start_thread", "worker_main", "pop", "futex@libc.so.6"}}});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
  builder.listen(api, 100, 3000, 0);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("runaway_loop"));
}

TEST(RunawayLoop, IsProvenByAChangeThatFillsTheWindow) {
  ProfileBuilder builder;
  const WorkloadIndex api = builder.container("api");
  builder.thread({.workload = api, .paths = {kLoopPath}});
  builder.process({.workload = api, .age_seconds = 3600, .lifetime_cpu_seconds = 40});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("runaway_loop"));
  builder.raw().processes[0].lifetime_cpu = std::chrono::seconds(3000);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RunawayLoop, IsNoChangeOfWhoWaitedForACpu) {
  ProfileBuilder builder;
  const WorkloadIndex build = builder.container("build");
  builder.thread({.workload = build, .waited_before_seconds = 3000, .paths = {kLoopPath}});
  builder.process({.workload = build, .age_seconds = 3600, .lifetime_cpu_seconds = 100});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RunawayLoop, IsNotProvenByAChangeOfWhatHasNoPlace) {
  ProfileBuilder builder;
  const WorkloadIndex api = builder.container("api");
  builder.thread({.workload = api, .paths = {{"_start", "parse"}, {"clone", "emit"}}});
  builder.process({.workload = api, .age_seconds = 3600, .lifetime_cpu_seconds = 40});
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

TEST(RunawayLoop, RepeatsAFailingAccept) {
  ProfileBuilder builder;
  const WorkloadIndex proxy = builder.container("proxy");
  builder.thread({.workload = proxy,
                  .paths = {{"_start", "main", "accept_loop"}},
                  .in_syscall = {{288, 0.4}, {232, 0.3}}});
  builder.syscall(100, "accept4", 100000, EMFILE);
  builder.syscall(100, "epoll_wait", 100000);
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("runaway_loop"));
  EXPECT_THAT(findings.front().proof, HasSubstr("accept4 in vain (EMFILE)"));
  EXPECT_GT(findings.front().confidence, 0.8);
}

TEST(BusyPoll, IsAWaitThatNeverWaits) {
  ProfileBuilder builder;
  const WorkloadIndex poller = builder.container("poller");
  builder.thread({.workload = poller, .in_syscall = {{232, 0.8}}});
  builder.syscall(100, "epoll_wait", 200000, 0, true);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("busy_poll"));
}

TEST(BusyPoll, IsSpinningOnYield) {
  ProfileBuilder builder;
  const WorkloadIndex poller = builder.container("poller");
  builder.thread({.workload = poller, .in_syscall = {{24, 0.8}}});
  builder.syscall(100, "sched_yield", 500000);
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), ElementsAre("busy_poll"));
}

TEST(BusyPoll, IsALookUpOfAFileThatDoesNotComeIntoBeing) {
  ProfileBuilder builder;
  const WorkloadIndex poller = builder.container("poller");
  builder.thread({.workload = poller, .in_syscall = {{262, 0.6}}});
  builder.syscall(100, "newfstatat", 200000, ENOENT);
  builder.syscall(100, "write", 2);
  const auto findings = run_detectors(builder.build());
  ASSERT_THAT(culprits_of(findings), ElementsAre("busy_poll"));
  EXPECT_THAT(findings.front().proof, HasSubstr("newfstatat in vain (ENOENT)"));
}

TEST(BusyPoll, IsNoSearchThatFindsNowAndThen) {
  // A compiler with fifty places to look in for each header, and a script that imports.
  ProfileBuilder compiler;
  const WorkloadIndex build = compiler.container("build");
  compiler.thread({.workload = build, .comm = "cc1plus", .in_syscall = {{257, 0.2}}});
  compiler.syscall(100, "openat", 50000, ENOENT);
  compiler.syscall(100, "openat", 1000);
  compiler.syscall(100, "read", 2000);
  EXPECT_THAT(culprits_of(run_detectors(compiler.build())), IsEmpty());

  // Other failures than absence say something: a permission, a name in use.
  ProfileBuilder scanner;
  const WorkloadIndex scan = scanner.container("scan");
  scanner.thread({.workload = scan, .in_syscall = {{257, 0.5}}});
  scanner.syscall(100, "openat", 50000, EACCES);
  EXPECT_THAT(culprits_of(run_detectors(scanner.build())), IsEmpty());
}

TEST(BusyPoll, IsNoneJustBelowTheRateOrWithWorkInBetween) {
  ProfileBuilder slow;
  const WorkloadIndex poller = slow.container("poller");
  slow.thread({.workload = poller, .in_syscall = {{232, 0.8}}});
  slow.syscall(100, "epoll_wait", 990, 0, true);
  EXPECT_THAT(culprits_of(run_detectors(slow.build())), IsEmpty());

  // An edge-triggered server reads until there is nothing left.
  ProfileBuilder server;
  const WorkloadIndex busy = server.container("server");
  server.thread({.workload = busy, .in_syscall = {{0, 0.5}}});
  server.syscall(100, "read", 50000);
  server.syscall(100, "read", 50000, EAGAIN);
  server.syscall(100, "epoll_wait", 50000);
  EXPECT_THAT(culprits_of(run_detectors(server.build())), IsEmpty());
}

TEST(BusyPoll, ByDesignForHoursIsContext) {
  ProfileBuilder builder;
  const WorkloadIndex poller = builder.container("dpdk");
  builder.thread({.workload = poller, .in_syscall = {{232, 0.8}}});
  builder.syscall(100, "epoll_wait", 200000, 0, true);
  builder.process({.workload = poller, .age_seconds = 7200, .lifetime_cpu_seconds = 7190});
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
  EXPECT_NE(find_kind(findings, FindingKind::LongComputation), nullptr);
}

TEST(HotPath, AddsUpWorkersBelowTheGate) {
  ProfileBuilder builder(10, 4);
  const WorkloadIndex workers = builder.container("workers");
  for (std::uint32_t pid = 100; pid < 108; ++pid) {
    builder.thread({.workload = workers,
                    .pid = pid,
                    .running = 0.3,
                    .voluntary_switches = 1000,
                    .paths = {{"_start", "main", "serve", "render"}}});
  }
  const Profile& profile = builder.build();
  const auto findings = run_detectors(profile);
  const Finding* hot = find_kind(findings, FindingKind::HotPath);
  ASSERT_NE(hot, nullptr);
  EXPECT_EQ(hot->role, FindingRole::Context);
  EXPECT_LT(hot->confidence, 0.5);
  EXPECT_EQ(blamed_function(profile, *hot), "render");
  EXPECT_NEAR(hot->cost.own_cores, 2.4, 0.05);
}

TEST(LoopSuspicions, NameTheThreadAndPathToBeConfirmed) {
  ProfileBuilder builder;
  add_looping_server(builder, 0);
  const Profile& profile = builder.build();
  const auto suspicions = loop_suspicions(profile);
  ASSERT_EQ(suspicions.size(), 1U);
  EXPECT_EQ(suspicions[0].thread.tid, Tid(100));
  EXPECT_EQ(profile.frames.at(suspicions[0].path.back()).function, "normalize_tags");
}

TEST(CulpritItself, IsNeverBlamed) {
  ProfileBuilder builder;
  add_looping_server(builder, 129);
  builder.raw().workloads[0].is_culprit_itself = true;
  EXPECT_THAT(culprits_of(run_detectors(builder.build())), IsEmpty());
}

// The calls of the looping server's thread that were watched: of its path, so many frames.
WatchedCall watched(ProfileBuilder& builder, std::size_t frames, CallEnd end, double seconds) {
  WatchedCall call{.end = end,
                   .watched = std::chrono::milliseconds(static_cast<int>(1000 * seconds)),
                   .callees_returned = true};
  for (const std::string& function :
       test::Path(kLoopPath.begin(), kLoopPath.begin() + static_cast<std::ptrdiff_t>(frames))) {
    for (std::uint32_t id = 0; id < builder.raw().frames.size(); ++id) {
      if (builder.raw().frames.at(FrameId(id)).function == function) {
        call.path.push_back(FrameId(id));
      }
    }
  }
  return call;
}

TEST(RunawayLoop, SaysForHowLongTheCallWasWatchedNotToReturn) {
  ProfileBuilder builder;
  add_looping_server(builder, 20);
  const double before =
      find_kind(run_detectors(builder.build()), FindingKind::RunawayLoop)->confidence;
  // The samples' common path ends one call deeper: that one comes back, its caller does not.
  builder.raw().threads[0].watched_calls = {watched(builder, 4, CallEnd::NotYet, 7.8),
                                            watched(builder, 5, CallEnd::Returned, 0.1)};
  const Profile& profile = builder.build();
  const auto findings = run_detectors(profile);
  const Finding* loop = find_kind(findings, FindingKind::RunawayLoop);
  ASSERT_NE(loop, nullptr);
  EXPECT_THAT(loop->proof, HasSubstr("handle has not returned for 7.8 s"));
  EXPECT_EQ(blamed_function(profile, *loop), "handle");
  EXPECT_GT(loop->confidence, before);
}

TEST(RunawayLoop, IsLessCertainWhenTheSupposedHomeCameBack) {
  ProfileBuilder builder;
  add_looping_server(builder, 20);
  const double before =
      find_kind(run_detectors(builder.build()), FindingKind::RunawayLoop)->confidence;
  builder.raw().threads[0].watched_calls = {watched(builder, 5, CallEnd::Returned, 1.2)};
  const auto findings = run_detectors(builder.build());
  const Finding* loop = find_kind(findings, FindingKind::RunawayLoop);
  ASSERT_NE(loop, nullptr);
  EXPECT_LE(loop->confidence, 0.5 * before + 0.01);
  EXPECT_THAT(loop->proof, testing::Not(HasSubstr("has not returned")));
}

TEST(RunawayLoop, NotReturningAloneIsNoProof) {
  ProfileBuilder builder;
  add_looping_server(builder, 0);
  builder.raw().threads[0].watched_calls = {watched(builder, 5, CallEnd::NotYet, 7.8)};
  const auto findings = run_detectors(builder.build());
  EXPECT_THAT(culprits_of(findings), IsEmpty());
  const Finding* computation = find_kind(findings, FindingKind::LongComputation);
  ASSERT_NE(computation, nullptr);
  EXPECT_LT(computation->confidence, 0.5);
  EXPECT_THAT(computation->proof, HasSubstr("normalize_tags has not returned for 7.8 s"));
}

TEST(RunawayLoop, ACallThatNobodyFollowedToTheEndSaysNothing) {
  ProfileBuilder builder;
  add_looping_server(builder, 20);
  const double before =
      find_kind(run_detectors(builder.build()), FindingKind::RunawayLoop)->confidence;
  builder.raw().threads[0].watched_calls = {watched(builder, 5, CallEnd::LostSight, 3),
                                            watched(builder, 4, CallEnd::NotYet, 1),
                                            watched(builder, 2, CallEnd::NotYet, 7)};
  const auto findings = run_detectors(builder.build());
  EXPECT_EQ(find_kind(findings, FindingKind::RunawayLoop)->confidence, before);
}

}  // namespace
}  // namespace culprit
