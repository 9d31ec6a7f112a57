// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <initializer_list>
#include <random>

#include "detectors/advice.h"
#include "detectors/all_detectors.h"
#include "detectors/gate.h"
#include "detectors/ruled_out.h"
#include "detectors/runaway_loop/busy_group.h"
#include "detectors/thresholds.h"
#include "unit/detectors/profile_builder.h"

// Whatever aggregation hands over, some promises hold. Seeds are fixed: a failure can be repeated.

namespace culprit {
namespace {

using test::ProfileBuilder;

class RandomProfile {
 public:
  explicit RandomProfile(std::uint32_t seed)
      : random_(seed), builder_(pick({0.0, 0.5, 1.0, 3.0, 10.0, 60.0}), number(0, 64)) {}

  const Profile& make() {
    const std::uint32_t workloads = number(1, 8);
    for (std::uint32_t i = 0; i < workloads; ++i) {
      add_workload(i);
    }
    for (std::uint32_t i = number(0, 30); i > 0; --i) {
      add_activity();
    }
    builder_.build();
    shake();
    return builder_.raw();
  }

 private:
  std::uint32_t number(std::uint32_t least, std::uint32_t most) {
    return std::uniform_int_distribution<std::uint32_t>(least, most)(random_);
  }
  double share() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  template <typename T>
  T pick(std::initializer_list<T> values) {
    return *(values.begin() + number(0, static_cast<std::uint32_t>(values.size()) - 1));
  }
  WorkloadIndex some_workload() {
    return WorkloadIndex(
        number(0, static_cast<std::uint32_t>(builder_.raw().workloads.size()) - 1));
  }
  std::uint32_t some_pid() { return number(100, 110); }

  test::Path some_path() {
    test::Path path;
    for (std::uint32_t depth = number(0, 6); depth > 0; --depth) {
      path.push_back(pick<std::string>({"_start", "main", "uv_run", "work", "connect@libc.so.6",
                                        "k:do_syscall_64", "[truncated stack]", "start_thread",
                                        "_PyEval_EvalFrameDefault", "k:filemap_fault"}));
    }
    return path;
  }

  void add_workload(std::uint32_t i) {
    if (number(0, 9) == 0) {
      builder_.kernel(pick<std::string>({"kernel:softirq", "kernel:threads"}), 2 * share());
      return;
    }
    const WorkloadIndex index =
        builder_.container("w" + std::to_string(i % 5), pick<std::string>({"", "web", "db"}));
    WorkloadProfile& workload = builder_.raw().workloads[index.value()];
    workload.throttled_share = pick({0.0, share()});
    workload.is_culprit_itself = number(0, 9) == 0;
    workload.major_faults = number(0, 100000);
    if (number(0, 1) == 1) {
      workload.cpu_limit_cores = pick({0.0, 0.1, 2.0});
      workload.memory_pressure_full = share();
      workload.container.restarts = number(0, 9);
      workload.container.started_at = builder_.raw().window.start - std::chrono::seconds(60);
      workload.container.image = pick<std::string>({"a:1", "a:2"});
    }
  }

  void add_activity() {
    const WorkloadIndex workload = some_workload();
    const std::uint32_t pid = some_pid();
    switch (number(0, 7)) {
      case 0:
      case 1:
        add_thread(workload, pid);
        break;
      case 2:
        builder_.syscall(pid,
                         pick<std::string>({"epoll_wait", "accept4", "futex", "sched_yield", "read",
                                            "connect", "write"}),
                         number(0, 100000), static_cast<std::uint16_t>(pick({0, 9, 11, 24})),
                         number(0, 1) == 1);
        break;
      case 3:
        builder_.connects({.workload = workload,
                           .pids = {pid},
                           .endpoint = {.protocol = pick<Protocol>(
                                            {Protocol::Tcp, Protocol::Udp, Protocol::Unix}),
                                        .network_namespace = 1,
                                        .address = pick<std::string>({"::1", "127.0.0.1", "/x"}),
                                        .port = 53},
                           .outcome = static_cast<ConnectOutcome>(number(1, 16)),
                           .per_second = number(0, 5000),
                           .stacks = {some_path()}});
        if (number(0, 1) == 1) {
          builder_.raw().connects.back().listener = some_workload();
        }
        break;
      case 4:
        builder_.writes({.workload = workload,
                         .pids = {pid},
                         .target = static_cast<WriteTarget>(number(0, 10)),
                         .path = "/var/log/x",
                         .append = number(0, 1) == 1,
                         .calls_per_second = static_cast<double>(number(0, 50000)),
                         .text_share = pick({0.0, 1.0, share()}),
                         .stacks = {some_path()}});
        builder_.raw().writes.back().disk_free_bytes = number(0, 1000000000);
        break;
      case 5:
        builder_.exchanges(workload, pid, number(0, 5000), number(0, 1) == 1, share());
        break;
      case 6:
        builder_.listen(workload, pick<std::uint32_t>({0, pid}), 80, number(0, 200),
                        number(0, 200));
        break;
      default:
        add_life(workload, pid);
        break;
    }
  }

  void add_thread(WorkloadIndex workload, std::uint32_t pid) {
    const double from = builder_.raw().seconds() * share();
    const double running = share();
    builder_.thread({.workload = workload,
                     .pid = pid,
                     .tid = number(100, 120),
                     .comm = pick<std::string>({"app", "GC Thread#0", "CPU 0/KVM", "java"}),
                     .from = from,
                     .until = pick({builder_.raw().seconds(), from}),
                     .running = running,
                     .waiting = pick({0.0, 1 - running}),
                     .voluntary_switches = pick<std::uint64_t>({0, 1, 100000}),
                     .paths = {some_path(), some_path()},
                     .in_syscall = {{pick({202, 42, 1, -1}), share()}}});
  }

  void add_life(WorkloadIndex workload, std::uint32_t pid) {
    builder_.process({.workload = workload,
                      .pid = pid,
                      .parent = some_pid(),
                      .comm = pick<std::string>({"ab", "haproxy", "dockerd", "app"}),
                      .age_seconds = pick({0.0, 30.0, 90000.0}),
                      .lifetime_cpu_seconds = pick({0.0, 5.0, 90000.0})});
    LifecycleActivity life;
    life.workload = workload;
    life.forks = number(0, 9000);
    life.execs = number(0, 9000);
    life.exits = number(0, 9000);
    life.failed_exits = number(0, 9000);
    life.exec_names = {{"sh", number(0, 99)}, {"cc1", number(0, 99)}};
    builder_.raw().lifecycles.push_back(life);
  }

  // What does not fit together, as after losses.
  void shake() {
    Profile& profile = builder_.raw();
    profile.cores.steal = pick({0.0, share()});
    profile.demand_cores = 10 * share();
    profile.pressure.memory_full = pick({0.0, share()});
    for (WorkloadProfile& workload : profile.workloads) {
      if (number(0, 4) == 0) {
        workload.samples = number(0, 10);
      }
      workload.lost["ring_full"] = pick<std::uint64_t>({0, number(0, 100000)});
    }
    for (ConnectActivity& activity : profile.connects) {
      activity.failures_per_second.resize(number(0, 12));
      activity.attempts_per_second.resize(number(0, 12));
    }
  }

  std::mt19937 random_;
  ProfileBuilder builder_;
};

void expect_sane(const Profile& profile, const Finding& finding, std::size_t count) {
  EXPECT_GE(finding.confidence, 0);
  EXPECT_LE(finding.confidence, 1);
  EXPECT_FALSE(finding.headline.empty());
  EXPECT_FALSE(finding.confidence_reasons.empty());
  EXPECT_LT(finding.headline.size(), 250U);
  EXPECT_GE(finding.cost.total(), 0);
  for (const FrameId frame : finding.where) {
    EXPECT_LT(frame.value(), profile.frames.size());
  }
  for (const WorkloadIndex workload : finding.workloads) {
    ASSERT_LT(workload.value(), profile.workloads.size());
    EXPECT_FALSE(profile.workload(workload).is_culprit_itself &&
                 finding.role == FindingRole::Culprit);
    EXPECT_TRUE(finding.kind == FindingKind::KernelWork ||
                profile.workload(workload).kernel_activity.empty() ||
                finding.role != FindingRole::Culprit);
  }
  for (const std::size_t cause : finding.caused_by) {
    EXPECT_LT(cause, count);
  }
  for (const Advice& advice : finding.advice) {
    EXPECT_TRUE(is_safe_command(advice.command) && is_safe_command(advice.undo));
  }
}

TEST(RandomProfiles, KeepEveryPromise) {
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE(seed);
    RandomProfile random(seed);
    const Profile& profile = random.make();
    const auto findings = run_detectors(profile);
    for (const Finding& finding : findings) {
      expect_sane(profile, finding, findings.size());
      const bool fills_disk = finding.kind == FindingKind::LogFlood && !finding.explains.empty();
      if (finding.role == FindingRole::Culprit && !fills_disk) {
        EXPECT_TRUE(pass_gate(profile, finding.workloads, finding.cost).passed) << finding.headline;
      }
      if (finding.kind == FindingKind::LongComputation || finding.kind == FindingKind::HotPath) {
        EXPECT_LT(finding.confidence, 0.5);
      }
    }
    rule_out(profile, findings);
    loop_suspicions(profile);
    if (testing::Test::HasFailure()) {
      return;
    }
  }
}

TEST(RandomProfiles, GiveTheSameFindingsTwice) {
  RandomProfile random(7);
  const Profile& profile = random.make();
  const auto first = run_detectors(profile);
  const auto second = run_detectors(profile);
  ASSERT_EQ(first.size(), second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(first[i].headline, second[i].headline);
    EXPECT_DOUBLE_EQ(first[i].confidence, second[i].confidence);
  }
}

}  // namespace
}  // namespace culprit
