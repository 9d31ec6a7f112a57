// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/loop_proofs.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "detectors/runaway_loop/dispatcher.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

// How much each proof is worth by itself. A full accept queue is an outage in its own right;
// the others leave room for a long but healthy piece of work.
constexpr double kQueueFull = 0.88;
constexpr double kSomeWaiting = 0.65;
constexpr double kUnhealthy = 0.6;
constexpr double kBelowKnownLoop = 0.7;
constexpr double kBelowSleepingFrame = 0.7;
constexpr double kBelowSibling = 0.55;
constexpr double kChanged = 0.55;

// A pre-forking server's listening socket is found at whichever of its processes comes first.
bool is_of_one_family(const ProfileIndex& index, Pid pid, Pid owner_pid) {
  if (pid == owner_pid) {
    return true;
  }
  const ProcessProfile* process = index.process(pid);
  const ProcessProfile* owner = index.process(owner_pid);
  if (process != nullptr && process->parent == owner_pid) {
    return true;
  }
  if (owner == nullptr) {
    return false;
  }
  return owner->parent == pid ||
         (process != nullptr && owner->workload == process->workload &&
          !owner->executable.empty() && owner->executable == process->executable);
}

bool belongs_to(const ProfileIndex& index, const BusyGroup& group, const ListenQueue& queue) {
  return std::ranges::any_of(group.threads, [&](const ThreadProfile* thread) {
    const CgroupId cgroup = index.profile().workload(thread->workload).container.cgroup;
    return queue.pid.value() == 0 ? queue.cgroup == cgroup && cgroup.value() != 0
                                  : is_of_one_family(index, thread->process.pid, queue.pid);
  });
}

// Connections taken from the queues of these processes by anybody.
double accepts_per_s(const ProfileIndex& index, const BusyGroup& group, Pid owner) {
  double accepts = 0;
  const auto add = [&](Pid pid) {
    for (const SyscallActivity* activity : index.syscalls_of(pid)) {
      if (activity->error == 0 && (activity->name == "accept" || activity->name == "accept4")) {
        accepts += static_cast<double>(activity->count);
      }
    }
  };
  std::vector<Pid> pids{owner};
  for (const ThreadProfile* thread : group.threads) {
    if (std::ranges::find(pids, thread->process.pid) == pids.end()) {
      pids.push_back(thread->process.pid);
    }
  }
  std::ranges::for_each(pids, add);
  return per_second(index.profile(), accepts);
}

std::optional<LoopProof> waiting_work(const ProfileIndex& index, const BusyGroup& group) {
  const ListenQueue* fullest = nullptr;
  for (const ListenQueue& queue : index.profile().listen_queues) {
    if (queue.waiting > 0 && (fullest == nullptr || queue.waiting > fullest->waiting) &&
        belongs_to(index, group, queue)) {
      fullest = &queue;
    }
  }
  if (fullest == nullptr) {
    return std::nullopt;
  }
  const bool full = fullest->backlog > 0 && fullest->waiting >= fullest->backlog;
  const bool many = full || fullest->waiting >= kManyWaiting;
  if (!full && accepts_per_s(index, group, fullest->pid) > kStillAccepts) {
    return std::nullopt;  // somebody still serves: a queue, not an outage
  }
  if (!many && group.seconds < kLoopSeconds) {
    return std::nullopt;
  }
  std::string text = fmt::format("port {}: {} of {} connections wait unaccepted", fullest->port,
                                 fullest->waiting, fullest->backlog);
  return LoopProof{.strength = many ? kQueueFull : kSomeWaiting,
                   .reason = text,
                   .explains = text,
                   .evidence = {.key = "connections_waiting",
                                .value = static_cast<double>(fullest->waiting),
                                .unit = "",
                                .comparison = ">=",
                                .threshold = 1,
                                .source = "listen_queue",
                                .text = text}};
}

std::optional<LoopProof> failing_health(const ProfileIndex& index, const BusyGroup& group) {
  for (const WorkloadIndex workload : group.workloads) {
    if (index.profile().workload(workload).container.health == "unhealthy" &&
        group.seconds >= kLoopSeconds) {
      return LoopProof{.strength = kUnhealthy,
                       .reason = "its health check fails",
                       .explains = "its health check fails",
                       .evidence = {.key = "unhealthy",
                                    .value = 1,
                                    .unit = "",
                                    .comparison = ">=",
                                    .threshold = 1,
                                    .source = "engine",
                                    .text = "the engine calls it unhealthy"}};
    }
  }
  return std::nullopt;
}

double strength_of(Dispatcher::Source source) {
  switch (source) {
    case Dispatcher::Source::KnownLoop:
      return kBelowKnownLoop;
    case Dispatcher::Source::SleepingPath:
      return kBelowSleepingFrame;
    case Dispatcher::Source::Sibling:
      return kBelowSibling;
  }
  return kBelowSibling;
}

std::optional<LoopProof> below_dispatcher(const ProfileIndex& index, const BusyGroup& group) {
  if (group.seconds < kLoopSeconds) {
    return std::nullopt;
  }
  const std::optional<Dispatcher> dispatcher = find_dispatcher(index, group);
  if (!dispatcher) {
    return std::nullopt;
  }
  const std::string text =
      fmt::format("not back in {} for {:.1f} s", dispatcher->function, group.seconds);
  return LoopProof{.strength = strength_of(dispatcher->source),
                   .reason = text,
                   .explains = "",
                   .evidence = {.key = "below_dispatcher",
                                .value = group.seconds,
                                .unit = "s",
                                .comparison = ">=",
                                .threshold = kLoopSeconds,
                                .source = "cpu_samples",
                                .text = text}};
}

std::optional<LoopProof> changed(const ProfileIndex& index, const BusyGroup& group) {
  if (group.seconds < kChangeSeconds) {
    return std::nullopt;
  }
  const Profile& profile = index.profile();
  for (const ThreadProfile* thread : group.threads) {
    const ProcessProfile* process = index.process(thread->process.pid);
    if (process == nullptr || process->lifetime_cpu.count() == 0) {
      continue;
    }
    const double before = seconds_of(process->age) - profile.seconds();
    if (before < kYoungSeconds) {
      continue;
    }
    // Read at some moment of the window: counting all of it as old makes the change look smaller.
    const double share = seconds_of(process->lifetime_cpu) / before;
    // Who was kept waiting did not sleep either: a compiler among many has not changed.
    if (share + seconds_of(thread->waited_before) / before > kLowLifetimeShare) {
      continue;
    }
    const std::string text = fmt::format("used {:.2f} core all its life, now never sleeps", share);
    return LoopProof{.strength = kChanged,
                     .reason = text,
                     .explains = "",
                     .evidence = {.key = "lifetime_cpu_share",
                                  .value = share,
                                  .unit = "share",
                                  .comparison = "<=",
                                  .threshold = kLowLifetimeShare,
                                  .source = "proc_stat",
                                  .text = text}};
  }
  return std::nullopt;
}

}  // namespace

std::vector<LoopProof> loop_proofs(const ProfileIndex& index, const BusyGroup& group) {
  std::vector<LoopProof> proofs;
  // What stopped before the window did has returned: whatever it was, it was no endless loop.
  if (!group.to_the_end) {
    return proofs;
  }
  std::vector<std::optional<LoopProof> (*)(const ProfileIndex&, const BusyGroup&)> looks{
      waiting_work, failing_health};
  // Of what goes here and there nobody can say that it does not come back.
  if (group.home_is_common && static_cast<double>(group.samples) >= kFewestThreadSamples) {
    looks.insert(looks.end(), {below_dispatcher, changed});
  }
  for (auto* look : looks) {
    if (std::optional<LoopProof> proof = look(index, group); proof) {
      proofs.push_back(std::move(*proof));
    }
  }
  return proofs;
}

}  // namespace culprit
