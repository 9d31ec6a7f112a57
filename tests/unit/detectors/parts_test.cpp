// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "detectors/advice.h"
#include "detectors/call_cost.h"
#include "detectors/call_paths.h"
#include "detectors/gate.h"
#include "detectors/heaviest_function.h"
#include "unit/detectors/profile_builder.h"

namespace culprit {
namespace {

using test::ProfileBuilder;
using testing::IsEmpty;
using testing::SizeIs;

TEST(Kinds, KeepTheirNamesBothWays) {
  for (int i = 0; i <= static_cast<int>(FindingKind::DestinationDown); ++i) {
    const auto kind = static_cast<FindingKind>(i);
    EXPECT_EQ(kind_from_name(kind_name(kind)), kind);
  }
  EXPECT_EQ(kind_name(FindingKind::RunawayLoop), "runaway_loop");
  EXPECT_EQ(kind_from_name("Runaway_Loop"), std::nullopt);
  EXPECT_EQ(kind_from_name(""), std::nullopt);
}

TEST(Gate, HasThreeWaysThrough) {
  ProfileBuilder builder(10, 8);
  const WorkloadIndex app = builder.container("app");
  builder.build();
  const auto passes = [&](double own, double induced) {
    const FindingCost cost{.own_cores = own,
                           .induced = {{.who = "x", .cores = induced, .why = ""}},
                           .waited_cores = 0};
    return pass_gate(builder.raw(), {app}, cost).passed;
  };
  builder.raw().cores.user = 6;
  EXPECT_TRUE(passes(0.5, 0));
  EXPECT_TRUE(passes(0.2, 0.3));
  EXPECT_FALSE(passes(0.49, 0));
  builder.raw().cores.user = 1;
  EXPECT_TRUE(passes(0.25, 0));
  EXPECT_FALSE(passes(0.24, 0));
  builder.raw().cores.user = 0.2;
  EXPECT_FALSE(passes(0.09, 0));
  EXPECT_TRUE(passes(0.1, 0));
  builder.raw().workloads[0].cpu_limit_cores = 0.1;
  EXPECT_TRUE(passes(0.05, 0));
  EXPECT_FALSE(passes(0.049, 0));
}

TEST(Gate, CountsWhatACrowdTookAway) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.build();
  builder.raw().cores.user = 2;
  const auto passes = [&](double own, double waited) {
    const FindingCost cost{.own_cores = own, .induced = {}, .waited_cores = waited};
    return pass_gate(builder.raw(), {app}, cost).passed;
  };
  EXPECT_TRUE(passes(0.3, 0.2));
  EXPECT_FALSE(passes(0.3, 0.19));
  EXPECT_TRUE(passes(0.05, 0.5));
  EXPECT_FALSE(passes(0.049, 3));
  EXPECT_FALSE(passes(0.3, -9));
}

FrameId frame(FrameTable& frames, const std::string& function, std::uint32_t line,
              const std::string& module = "app") {
  ResolvedFrame resolved;
  resolved.function = function;
  resolved.module = module;
  resolved.line = line;
  return frames.intern(resolved);
}

TEST(CallPaths, CountTheLinesOfAFunctionTogether) {
  FrameTable frames;
  CallTree calls;
  const FrameId main = frame(frames, "main", 1);
  for (std::uint32_t line = 10; line < 20; ++line) {
    calls.add(std::vector<FrameId>{main, frame(frames, "loop", line)}, line);
  }
  const FunctionPath path = common_function_path(calls, frames, 0.9);
  ASSERT_THAT(path.frames, SizeIs(2));
  EXPECT_EQ(frames.at(path.frames[1]).function, "loop");
  EXPECT_EQ(frames.at(path.frames[1]).line, 19U);
  EXPECT_EQ(path.weight, calls.total());
  EXPECT_EQ(weight_below(calls, frames, path.frames), calls.total());
}

TEST(CallPaths, OfAnEmptyTreeAreEmpty) {
  const FrameTable frames;
  const CallTree calls;
  EXPECT_THAT(common_function_path(calls, frames, 0.9).frames, IsEmpty());
  EXPECT_THAT(dearest_call_site(calls, frames).path, IsEmpty());
  EXPECT_EQ(weight_below(calls, frames, {}), 0U);
}

TEST(CallPaths, EndAtTheApplication) {
  FrameTable frames;
  const std::vector<FrameId> path{frame(frames, "main", 0), frame(frames, "retry", 0),
                                  frame(frames, "connect", 0, "libc.so.6")};
  EXPECT_THAT(application_path(frames, path), SizeIs(2));
  const std::vector<FrameId> cut{frame(frames, "[truncated stack]", 0, ""),
                                 frame(frames, "connect", 0, "libc.so.6")};
  EXPECT_THAT(application_path(frames, cut), SizeIs(2));
}

FrameId python_frame(FrameTable& frames, const std::string& function, const std::string& file) {
  return frames.intern(
      {.function = function, .file = file, .line = 3, .module = file, .kind = FrameKind::Python});
}

TEST(CallPaths, EndAtTheScriptThatAsksItsLibraries) {
  FrameTable frames;
  const std::string logging = "/usr/local/lib/python3.12/logging/__init__.py";
  const FrameId main = python_frame(frames, "main", "/srv/lib/python3.shop/app.py");
  const FrameId warning = python_frame(frames, "Logger.warning", logging);
  const FrameId execute =
      python_frame(frames, "execute", "/venv/lib/python3.12/site-packages/pymysql/cursors.py");
  const FrameId write = frame(frames, "write", 0, "libc.so.6");
  EXPECT_THAT(asking_path(frames, {main, warning, write}), SizeIs(1));
  EXPECT_THAT(asking_path(frames, {main, execute, warning, write}), SizeIs(1));
  EXPECT_THAT(asking_path(frames, {execute, warning, write}), SizeIs(2));  // nobody else asks
  EXPECT_THAT(application_path(frames, {main, warning, write}), SizeIs(2));
}

TEST(CallPaths, LeaveOutWhatARuntimeDidBeforeItWasKnown) {
  FrameTable frames;
  CallTree calls;
  const FrameId start = frame(frames, "_start", 0);
  const FrameId loop = frame(frames, "_PyEval_EvalFrameDefault", 0, "python3.12");
  const FrameId main = python_frame(frames, "main", "/srv/app.py");
  calls.add(std::vector{start, loop}, 20);
  calls.add(std::vector{start, main}, 80);
  const auto scripts = read_scripts(calls, frames);
  ASSERT_TRUE(scripts);
  EXPECT_EQ(scripts->total(), 80U);
  calls.add(std::vector{start, loop}, 70);
  EXPECT_FALSE(read_scripts(calls, frames));  // most are unread
  CallTree native;
  native.add(std::vector{start, loop}, 70);
  EXPECT_FALSE(read_scripts(native, frames));
}

TEST(CallPaths, FindWhatThreadsOfDifferentOriginHaveInCommon) {
  FrameTable frames;
  CallTree calls;
  const FrameId serve = frame(frames, "serve", 7);
  const FrameId render = frame(frames, "render", 9);
  const FrameId read = frame(frames, "read", 0, "libc.so.6");
  calls.add(std::vector{frame(frames, "_start", 0), serve, render, serve, render}, 40);
  calls.add(std::vector{frame(frames, "__clone", 0), frame(frames, "start_thread", 0), serve, read},
            50);
  calls.add(std::vector{frame(frames, "__clone", 0), frame(frames, "housekeeping", 0)}, 10);
  const FunctionPath found = heaviest_function(calls, frames);
  ASSERT_THAT(found.frames, SizeIs(3));
  EXPECT_EQ(frames.at(found.frames.back()).function, "serve");
  EXPECT_EQ(found.weight, 90U);  // not 130: the inner ones are inside of it
  EXPECT_THAT(heaviest_function(CallTree(), frames).frames, IsEmpty());
}

TEST(CallCost, FollowsTheCgroupsClock) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app});
  builder.build();
  // Half of the samples were lost; the clock knows better.
  builder.raw().workloads[0].cpu_cores = 1.8;
  EXPECT_NEAR(cores_of_samples(builder.raw(), app, 990), 1.8, 0.01);
  EXPECT_NEAR(cores_of_samples(builder.raw(), app, 495), 0.9, 0.01);
}

TEST(CallCost, OfAScriptIsWhatItsLibraryDoesForIt) {
  ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app");
  builder.thread({.workload = app});
  builder.build();
  Profile& profile = builder.raw();
  const std::string logging = "/usr/lib/python3.11/logging/__init__.py";
  const FrameId main = python_frame(profile.frames, "main", "/app/shop.py");
  const FrameId warning = python_frame(profile.frames, "Logger.warning", logging);
  const FrameId flush = python_frame(profile.frames, "StreamHandler.flush", logging);
  const FrameId format = python_frame(profile.frames, "Formatter.format", logging);
  CallTree& calls = profile.threads[0].calls = CallTree();
  calls.add(std::vector{main, warning, format}, 550);
  calls.add(std::vector{main, warning, flush}, 110);
  calls.add(std::vector{main, python_frame(profile.frames, "work", "/app/shop.py")}, 330);
  CallTree writes;
  writes.add(std::vector{main, warning, flush}, 9);
  const BehaviourCost cost =
      price(ProfileIndex(profile),
            {.pids = {Pid(100)}, .event_stacks = &writes, .system_calls = {"write"}});
  EXPECT_NEAR(cost.cores, 660.0 / 990, 0.01);
  EXPECT_THAT(cost.path, testing::ElementsAre(main));
}

TEST(Advice, HoldsNothingThatAStrangerChose) {
  ProfileBuilder builder;
  builder.container("$(reboot)");
  builder.build();
  builder.raw().workloads[0].cpu_cores = 1.9;
  EXPECT_EQ(cap_cpu(builder.raw(), {WorkloadIndex(0)}).at(0).command,
            "docker update --cpu-quota 50000 3f9c1b2a77de");
  for (const char* id : {"3f9c1b2a77de; reboot", "3F9C1B2A77DE", "short", "", "--help-------"}) {
    builder.raw().workloads[0].container.id = id;
    EXPECT_THAT(cap_cpu(builder.raw(), {WorkloadIndex(0)}), IsEmpty()) << id;
  }
}

TEST(Advice, CapsAtHalfOfWhatIsTaken) {
  ProfileBuilder builder;
  builder.container("app");
  const auto cap_of = [&](double cores) {
    builder.raw().workloads[0].cpu_cores = cores;
    return cap_cpu(builder.raw(), {WorkloadIndex(0)}).at(0).command;
  };
  EXPECT_EQ(cap_of(0.62), "docker update --cpu-quota 30000 3f9c1b2a77de");
  EXPECT_EQ(cap_of(0.02), "docker update --cpu-quota 5000 3f9c1b2a77de");
  EXPECT_EQ(cap_of(7), "docker update --cpu-quota 50000 3f9c1b2a77de");
}

TEST(Advice, CapsOnlyWhatDockerRunsWithoutATighterLimit) {
  ProfileBuilder builder;
  builder.container("app");
  WorkloadProfile& workload = builder.raw().workloads[0];
  workload.cpu_cores = 1.2;
  workload.cpu_limit_cores = 1.5;
  EXPECT_EQ(cap_cpu(builder.raw(), {WorkloadIndex(0)}).at(0).undo,
            "docker update --cpus 1.5 3f9c1b2a77de");
  workload.container.cpu_quota_period_us = 50'000;
  EXPECT_EQ(cap_cpu(builder.raw(), {WorkloadIndex(0)}).at(0).command,
            "docker update --cpu-quota 25000 3f9c1b2a77de");
  EXPECT_EQ(cap_cpu(builder.raw(), {WorkloadIndex(0)}).at(0).undo,
            "docker update --cpu-quota 75000 3f9c1b2a77de");
  workload.cpu_limit_cores = 0.5;
  EXPECT_THAT(cap_cpu(builder.raw(), {WorkloadIndex(0)}), IsEmpty());
  workload.cpu_limit_cores = std::nullopt;
  workload.container.runtime = "containerd";
  EXPECT_THAT(cap_cpu(builder.raw(), {WorkloadIndex(0)}), IsEmpty());
}

TEST(Advice, CommandsAreMadeOfAFewCharacters) {
  EXPECT_TRUE(is_safe_command("docker update --cpus 0.5 3f9c1b2a77de"));
  for (const char* bad : {"a;b", "a|b", "$(a)", "a\nb", "`a`", "a>b", "a&b", "a/b", "\"a\""}) {
    EXPECT_FALSE(is_safe_command(bad)) << bad;
  }
}

}  // namespace
}  // namespace culprit
