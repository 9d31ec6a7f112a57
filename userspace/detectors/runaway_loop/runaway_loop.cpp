// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/runaway_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "detectors/advice.h"
#include "detectors/call_cost.h"
#include "detectors/confidence.h"
#include "detectors/gate.h"
#include "detectors/runaway_loop/busy_group.h"
#include "detectors/runaway_loop/fruitless.h"
#include "detectors/runaway_loop/loop_proofs.h"
#include "detectors/runaway_loop/thread_life.h"
#include "detectors/runaway_loop/watched_home.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

// Fruitless calls at a thousand and more per CPU second leave little else to think of.
constexpr double kFailingLockstep = 0.9;
constexpr double kIdleLockstep = 0.8;
// Busy and silent: more likely work than not.
constexpr double kMerelyBusy = 0.45;
// Alone it proves nothing: a multiplication of matrices does not return either. Beside another
// proof it is an independent witness.
constexpr double kNotReturned = 0.6;
// What came back is no loop that does not end, however busy its thread is.
constexpr double kHomeReturned = 0.5;
// Of what was lost, that which makes silence less certain.
constexpr std::array<std::string_view, 1> kCallLosses{"syscall_map_full"};

std::vector<Evidence> evidence_of(const Profile& profile, const BusyGroup& group) {
  const auto total = static_cast<double>(group.samples);
  const auto below = static_cast<double>(group.home.weight);
  const ThreadLife life = life_of(profile, *group.threads.front());
  return {{.key = "never_sleeps_share",
           .value = life.runnable_share,
           .unit = "share",
           .comparison = ">=",
           .threshold = kNeverSleepsShare,
           .source = "schedstat",
           .text = fmt::format("ran or waited for a CPU {:.0f} % of the time",
                               100 * life.runnable_share)},
          {.key = "samples_below_home",
           .value = total > 0 ? below / total : 0,
           .unit = "share",
           .comparison = ">=",
           .threshold = kCommonShare,
           .source = "cpu_samples",
           .estimated = true,
           .error = wilson_half_width(below, total),
           .text = fmt::format("{} of {} samples below it", group.home.weight, group.samples)},
          {.key = "useful_syscalls",
           .value = group.useful_per_s(profile),
           .unit = "per_s",
           .comparison = "<=",
           .threshold = kUsefulSyscallsPerSecond,
           .source = "sys_exit",
           .text = fmt::format("{} useful syscalls", group.syscalls.useful)},
          {.key = "followed",
           .value = group.seconds,
           .unit = "s",
           .comparison = "",
           .threshold = std::nullopt,
           .source = "cpu_samples",
           .text = fmt::format("never slept in {:.1f} s", group.seconds)}};
}

Finding begin_finding(const ProfileIndex& index, const BusyGroup& group) {
  const Profile& profile = index.profile();
  Finding finding;
  finding.workloads = group.workloads;
  finding.where = group.home.frames;
  finding.cost = group.cost;
  for (const ThreadProfile* thread : group.threads) {
    finding.threads.push_back({.process = thread->process, .tid = thread->tid});
  }
  finding.evidence = evidence_of(profile, group);
  return finding;
}

// What else could make a thread look like this.
void lower_by_competition(Confidence& confidence, const Profile& profile, const BusyGroup& group) {
  if (group.home_is_common) {
    lower_by_samples(confidence, group.home.weight, group.samples);
  } else {
    confidence.lower(0.85, "its stacks have no function in common");
    lower_by_samples(confidence, group.samples, group.samples);
  }
  lower_by_sample_loss(confidence, profile, group.workloads);
  if (was_lost(profile, group.workloads, kCallLosses)) {
    confidence.lower(0.9, "its system calls were not all counted");
  }
  if (profile.pressure.memory_full.value_or(0) >= kMemoryPressureFull) {
    confidence.lower(0.9, "the host is short of memory, which slows everything");
  }
}

Evidence watched_evidence(const WatchedHome& home) {
  if (home.contradicted) {
    return {.key = "returned_after_s",
            .value = home.returned_after,
            .unit = "s",
            .comparison = "",
            .threshold = std::nullopt,
            .source = "watchpoint",
            .text = fmt::format("{} returned after {:.1f} s of being watched",
                                home.returned_function, home.returned_after)};
  }
  return {.key = "not_returned_s",
          .value = home.seconds,
          .unit = "s",
          .comparison = ">=",
          .threshold = kWatchedSeconds,
          .source = "watchpoint",
          .text = home.text};
}

/// What watching the call says beside other proofs; it names the loop's home more exactly than what
/// samples have in common.
void weigh_watched_home(Finding& finding, Confidence& confidence, const Profile& profile,
                        const std::optional<WatchedHome>& home) {
  if (!home) {
    return;
  }
  finding.evidence.push_back(watched_evidence(*home));
  if (home->contradicted) {
    confidence.lower(kHomeReturned, finding.evidence.back().text);
    return;
  }
  finding.proof = fmt::format("{}; {}", finding.evidence.back().text, finding.proof);
  confidence.support(kNotReturned, home->text);
  confidence.confirm();
  // Only where nothing below it held: else the samples know more.
  if (home->callees_returned) {
    finding.where = application_path(profile.frames, home->path);
  }
}

Finding proven_loop(const ProfileIndex& index, const BusyGroup& group,
                    const std::vector<LoopProof>& proofs) {
  const Profile& profile = index.profile();
  Finding finding = begin_finding(index, group);
  finding.kind = FindingKind::RunawayLoop;
  finding.headline = fmt::format("{} loops without end", group_name(profile, group.workloads));
  finding.proof =
      fmt::format("{} of {} samples below it; {} useful syscalls; never slept in {:.1f} s",
                  group.home.weight, group.samples, group.syscalls.useful, group.seconds);
  Confidence confidence(proofs.front().strength, proofs.front().reason);
  for (const LoopProof& proof : proofs) {
    if (&proof != &proofs.front()) {
      confidence.support(proof.strength, proof.reason);
    }
    if (finding.explains.empty()) {
      finding.explains = proof.explains;
    }
    finding.evidence.push_back(proof.evidence);
  }
  weigh_watched_home(finding, confidence, profile, watched_home(index, group));
  if (group.seconds < kLoopSeconds) {
    confidence.lower(0.6 + 0.4 * group.seconds / kLoopSeconds,
                     fmt::format("followed for only {:.1f} s", group.seconds));
  }
  lower_by_competition(confidence, profile, group);
  confidence.give_to(finding);
  finding.advice = cap_cpu(profile, group.workloads);
  finding.advice.push_back(fix_code(profile, finding.where, "this loop does not end"));
  return finding;
}

Finding fruitless_loop(const ProfileIndex& index, const BusyGroup& group,
                       const FruitlessCalls& calls) {
  const Profile& profile = index.profile();
  const std::string name = group_name(profile, group.workloads);
  Finding finding = begin_finding(index, group);
  finding.kind = calls.failing ? FindingKind::RunawayLoop : FindingKind::BusyPoll;
  finding.headline = calls.failing ? fmt::format("{} repeats a failing call without end", name)
                                   : fmt::format("{} polls without a pause", name);
  finding.proof = fmt::format("{:.0f} calls/s of {} in vain ({}); never slept in {:.1f} s",
                              calls.per_s, calls.call, calls.outcome, group.seconds);
  finding.evidence.push_back(
      {.key = "fruitless_calls",
       .value = calls.per_cpu_second,
       .unit = "per_cpu_s",
       .comparison = ">=",
       .threshold = kFruitlessPerCpuSecond,
       .source = "sys_exit",
       .text = fmt::format("{} {} again and again", calls.call, calls.outcome)});
  Confidence confidence(calls.failing ? kFailingLockstep : kIdleLockstep,
                        fmt::format("{} achieves nothing ({})", calls.call, calls.outcome));
  for (LoopProof& proof : loop_proofs(index, group)) {
    confidence.support(proof.strength, proof.reason);
    if (finding.explains.empty()) {
      finding.explains = proof.explains;
    }
    finding.evidence.push_back(std::move(proof.evidence));
  }
  lower_by_competition(confidence, profile, group);
  confidence.give_to(finding);
  finding.advice = cap_cpu(profile, group.workloads);
  finding.advice.push_back(fix_code(profile, group.home.frames,
                                    calls.failing ? "stop or wait when the call fails"
                                                  : "wait with a timeout instead of polling"));
  return finding;
}

// Pollers by design have been at it for hours.
bool busy_all_its_life(const ProfileIndex& index, const BusyGroup& group) {
  return std::ranges::all_of(group.threads, [&](const ThreadProfile* thread) {
    const ProcessProfile* process = index.process(thread->process.pid);
    return process != nullptr && seconds_of(process->age) >= kBusyAllItsLifeSeconds &&
           seconds_of(process->lifetime_cpu) >= kNeverSleepsShare * seconds_of(process->age);
  });
}

bool is_young(const ProfileIndex& index, const BusyGroup& group) {
  const ProcessProfile* process = index.process(group.threads.front()->process.pid);
  return process != nullptr && process->age.count() > 0 && seconds_of(process->age) < kYoungSeconds;
}

Finding merely_busy(const ProfileIndex& index, const BusyGroup& group, const std::string& why) {
  const Profile& profile = index.profile();
  Finding finding = begin_finding(index, group);
  finding.kind = FindingKind::LongComputation;
  finding.headline =
      fmt::format("{} computes without a pause", group_name(profile, group.workloads));
  finding.proof =
      fmt::format("{} of {} samples below it; {}", group.home.weight, group.samples, why);
  if (const auto home = watched_home(index, group); home) {
    finding.evidence.push_back(watched_evidence(*home));
    finding.proof = fmt::format("{}; {}", finding.proof, finding.evidence.back().text);
  }
  Confidence confidence(kMerelyBusy, why);
  confidence.cap(kMostWithoutProof, "busy is not proof of a loop");
  if (is_young(index, group)) {
    confidence.lower(0.8, "the process is younger than a minute: it may be starting up");
  }
  lower_by_competition(confidence, profile, group);
  confidence.give_to(finding);
  return finding;
}

std::optional<Finding> judge(const ProfileIndex& index, const BusyGroup& group) {
  const Profile& profile = index.profile();
  const bool habit = busy_all_its_life(index, group);
  if (const auto calls = fruitless_calls(profile, group); calls) {
    if (calls->failing || !habit) {
      Finding finding = fruitless_loop(index, group, *calls);
      assign_role(profile, finding, FindingRole::Context);
      return finding;
    }
    Finding finding = merely_busy(index, group, "polls, and has done so all its life");
    finding.role = FindingRole::Context;
    return finding;
  }
  if (!is_silent(profile, group)) {
    return std::nullopt;
  }
  const std::vector<LoopProof> proofs = loop_proofs(index, group);
  Finding finding = proofs.empty() ? merely_busy(index, group,
                                                 habit ? "busy, and has been all its life"
                                                       : "busy and silent, which work can be too")
                                   : proven_loop(index, group, proofs);
  assign_role(profile, finding, FindingRole::Context);
  if (proofs.empty()) {
    finding.role = FindingRole::Context;
  }
  return finding;
}

}  // namespace

std::vector<Finding> RunawayLoopDetector::detect(const Profile& profile) const {
  const ProfileIndex index(profile);
  std::vector<Finding> findings;
  for (const BusyGroup& group : busy_groups(index)) {
    std::optional<Finding> finding = judge(index, group);
    // Merely busy and cheap is not worth a line.
    const bool worth_saying = finding && (finding->kind != FindingKind::LongComputation ||
                                          pass_gate(profile, group.workloads, group.cost).passed);
    if (worth_saying) {
      findings.push_back(std::move(*finding));
    }
  }
  return findings;
}

}  // namespace culprit
