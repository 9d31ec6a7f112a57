// SPDX-License-Identifier: Apache-2.0
#include "confirmation/suspects.h"

#include <algorithm>
#include <utility>

namespace culprit {
namespace {

// As the detector of runaway loops has them (detectors/thresholds.h); who is only nearly one is
// watched in vain, which costs little.
constexpr double kNeverSleepsShare = 0.95;
constexpr double kVoluntarySwitchesPerSecond = 10;
// Followed for less, "never" means nothing.
constexpr double kShortestSeconds = 0.9;
// Below this a thread is nobody's trouble: a twentieth of a CPU is what one of a crowd gets.
constexpr double kFewestCores = 0.05;
constexpr std::size_t kMostThreads = 4096;

}  // namespace

void Suspects::look_at(const CpuSample& sample) {
  if (sample.task.process.pid == own_ || sample.task.address_space == AddressSpaceId() ||
      (sample.context != CpuContext::User && sample.context != CpuContext::Syscall)) {
    return;
  }
  const SuspectedThread thread{.process = sample.task.process,
                               .tid = sample.task.tid,
                               .start_boottime_ns = sample.task.thread_start_boottime_ns};
  auto known = lives_.find(thread);
  if (known == lives_.end()) {
    if (lives_.size() < kMostThreads) {
      lives_.emplace(thread, Life{.first = sample.time,
                                  .last = sample.time,
                                  .at_first = sample.progress,
                                  .at_last = sample.progress});
    }
    return;
  }
  if (sample.time > known->second.last) {  // samples of two CPUs may come the other way round
    known->second.last = sample.time;
    known->second.at_last = sample.progress;
  }
}

bool Suspects::never_sleeps(const Life& life) {
  const double seconds = seconds_of(life.last - life.first);
  if (seconds < kShortestSeconds) {
    return false;
  }
  const auto ran = static_cast<double>(life.at_last.runtime_ns - life.at_first.runtime_ns) / 1e9;
  const auto waited =
      static_cast<double>(life.at_last.run_queue_ns - life.at_first.run_queue_ns) / 1e9;
  const auto switches =
      static_cast<double>(life.at_last.voluntary_switches - life.at_first.voluntary_switches);
  if (ran < kFewestCores * seconds) {
    return false;
  }
  // Without a single switch of its own it did not sleep, wherever a limit of its container makes
  // the rest of its time go.
  return switches == 0 || (ran + waited >= kNeverSleepsShare * seconds &&
                           switches <= kVoluntarySwitchesPerSecond * seconds);
}

std::vector<SuspectedThread> Suspects::pick(std::size_t most) {
  std::vector<std::pair<std::uint64_t, SuspectedThread>> busiest;
  for (const auto& [thread, life] : lives_) {
    if (!picked_.contains(thread) && never_sleeps(life)) {
      busiest.emplace_back(life.at_last.runtime_ns - life.at_first.runtime_ns, thread);
    }
  }
  std::ranges::sort(busiest, std::greater<>());
  busiest.resize(std::min(busiest.size(), most));
  std::vector<SuspectedThread> threads;
  for (const auto& [runtime, thread] : busiest) {
    picked_.insert(thread);
    threads.push_back(thread);
  }
  return threads;
}

}  // namespace culprit
