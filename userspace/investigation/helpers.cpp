// SPDX-License-Identifier: Apache-2.0
#include "investigation/helpers.h"

#include <algorithm>
#include <ctime>
#include <optional>
#include <utility>

#include "kernel/staying_alive.h"
#include "symbols/process_times.h"

namespace culprit {
namespace {

/// Nothing when there is no such process (any more).
std::optional<std::chrono::nanoseconds> cpu_time_of(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    return std::nullopt;
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

SymbolWorkerSettings Helpers::counted(SymbolWorkerSettings settings) {
  settings.conditions.started = [this](pid_t pid) {
    static_cast<void>(reserve_cpu(Tid(static_cast<std::uint32_t>(pid)), kParserReservation));
    started(pid);
  };
  settings.conditions.ends = [this](pid_t /*pid*/) { look(); };
  return settings;
}

void Helpers::started(pid_t pid) {
  const std::lock_guard lock(mutex_);
  costs_[pid].ended = false;
}

void Helpers::look() {
  const std::lock_guard lock(mutex_);
  std::uint64_t together = 0;
  for (auto& [pid, cost] : costs_) {
    if (cost.ended) {
      continue;
    }
    if (const auto cpu = cpu_time_of(pid); cpu) {
      cost.cpu = std::max(cost.cpu, *cpu);
      cost.peak_bytes = std::max(cost.peak_bytes, peak_resident_bytes(pid));
      together += cost.peak_bytes;
    } else {
      cost.ended = true;
    }
  }
  peak_bytes_ = std::max(peak_bytes_, together);
}

std::vector<Pid> Helpers::pids() const {
  const std::lock_guard lock(mutex_);
  std::vector<Pid> pids;
  pids.reserve(costs_.size());
  for (const auto& entry : costs_) {
    pids.emplace_back(static_cast<std::uint32_t>(entry.first));
  }
  return pids;
}

std::chrono::nanoseconds Helpers::cpu_time() {
  look();
  const std::lock_guard lock(mutex_);
  std::chrono::nanoseconds sum{0};
  for (const auto& entry : costs_) {
    sum += entry.second.cpu;
  }
  return sum;
}

std::uint64_t Helpers::peak_bytes() const {
  const std::lock_guard lock(mutex_);
  return peak_bytes_;
}

}  // namespace culprit
