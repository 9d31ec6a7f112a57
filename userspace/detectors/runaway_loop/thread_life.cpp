// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/thread_life.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

// Without the scheduler's counters (an old kernel, a lost sample) the samples themselves are the
// clock; they cannot tell waiting from sleeping.
double running_share(const Profile& profile, const ThreadProfile& thread, double seconds) {
  const double counted = seconds_of(thread.runtime + thread.run_queue);
  if (counted > 0) {
    return counted / seconds;
  }
  const double expected = profile.window.frequency_hz * seconds;
  return expected > 0 ? static_cast<double>(thread.samples) / expected : 0;
}

constexpr std::array<std::string_view, 9> kCollectorPrefixes{"GC Thread", "G1 ",     "Shenandoah",
                                                             "ZWorker",   "XWorker", "VM Thread",
                                                             "GC Slave",  "ParGC",   "Gang worker"};
constexpr std::array<std::string_view, 4> kJitPrefixes{"C1 Compiler", "C2 Compiler", "JVMCI",
                                                       ".NET Tiered"};

bool begins_with_one_of(std::string_view text, auto& prefixes) {
  return std::ranges::any_of(prefixes,
                             [text](std::string_view prefix) { return text.starts_with(prefix); });
}

}  // namespace

ThreadLife life_of(const Profile& profile, const ThreadProfile& thread) {
  ThreadLife life;
  life.seconds = std::max(0.0, seconds_of(thread.last_sample - thread.first_sample));
  if (life.seconds <= 0) {
    return life;
  }
  const double accounted = std::min(1.0, running_share(profile, thread, life.seconds));
  // Periods in which it was throttled bound the time it was: kernels differ in whether that time
  // counts as waiting for a CPU.
  const double throttled =
      std::clamp(profile.workload(thread.workload).throttled_share, 0.0, 1.0 - accounted);
  // A thread that never gave its CPU away did not sleep; what is missing, a hypervisor took.
  const bool never_left = seconds_of(thread.runtime) > 0 && thread.voluntary_switches == 0 &&
                          accounted + throttled >= kSeldomStolenShare;
  life.runnable_share = never_left ? 1.0 : accounted + throttled;
  life.voluntary_switches_per_s = static_cast<double>(thread.voluntary_switches) / life.seconds;
  life.never_sleeps = life.seconds >= kShortestLifeSeconds &&
                      life.runnable_share >= kNeverSleepsShare &&
                      life.voluntary_switches_per_s <= kVoluntarySwitchesPerSecond;
  return life;
}

bool runs_to_the_end(const Profile& profile, const ThreadProfile& thread) {
  const KernelTime end = profile.window.start_time + profile.window.duration;
  // In a crowd the next sample may be several turns away: allow for the gaps it had so far.
  const double gap = thread.samples > 1 ? 3 * seconds_of(thread.last_sample - thread.first_sample) /
                                              static_cast<double>(thread.samples - 1)
                                        : 0;
  return seconds_of(end - thread.last_sample) <= std::max(kToTheEndSeconds, gap);
}

ThreadRole role_of(const ThreadProfile& thread) {
  const std::string_view comm = thread.comm;
  if (begins_with_one_of(comm, kCollectorPrefixes)) {
    return ThreadRole::GarbageCollector;
  }
  if (begins_with_one_of(comm, kJitPrefixes)) {
    return ThreadRole::JitCompiler;
  }
  if (comm.starts_with("CPU ") && comm.ends_with("/KVM")) {
    return ThreadRole::VirtualCpu;
  }
  return ThreadRole::Application;
}

}  // namespace culprit
