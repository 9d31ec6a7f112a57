// SPDX-License-Identifier: Apache-2.0
#include "investigation/hook_keeper.h"

#include <algorithm>

#include "investigation/intake.h"
#include "probes/observer.h"
#include "probes/syscalls/syscall_probe.h"

namespace culprit {
namespace {

HookCost& operator+=(HookCost& sum, const ProgramStatistics& program) {
  sum.runs += program.runs;
  sum.run_time += std::chrono::nanoseconds(program.run_time_ns);
  return sum;
}

EventCost cost_of_events(Observer& observer) {
  EventCost cost;
  cost.hook += observer.statistics_of("on_sys_exit");
  cost.always += observer.statistics_of("on_tcp_attempt");
  cost.always += observer.statistics_of("on_tcp_outcome");
  return cost;
}

}  // namespace

void HookKeeper::watch(SyscallProbe& probe) {
  probe_ = &probe;
  attached_at_ = std::chrono::steady_clock::now();
}

void HookKeeper::step(Observer& observer, Intake& intake, RunLimits& limits) {
  const auto now = std::chrono::steady_clock::now() - attached_at_;
  // Reading statistics takes system calls of our own.
  if (probe_ == nullptr || guard_.due_in(now).count() > 0) {
    return;
  }
  const auto action = guard_.step(cost_of_events(observer), now);
  Status done = Success{};
  switch (action) {
    case OverheadGuard::Action::Keep:
      return;
    case OverheadGuard::Action::Narrow:
      done = narrow_to_busiest(intake, limits);
      break;
    case OverheadGuard::Action::Detach:
      was_too_dear_ = true;
      probe_->detach();
      break;
    case OverheadGuard::Action::Attach:
      done = probe_->attach();
      break;
  }
  if (!done) {
    limits.add("system calls and writes", done.error());
  }
}

std::chrono::milliseconds HookKeeper::due_in(std::chrono::milliseconds most) const {
  if (probe_ == nullptr) {
    return most;
  }
  const auto due = guard_.due_in(std::chrono::steady_clock::now() - attached_at_);
  return std::min(most, std::chrono::ceil<std::chrono::milliseconds>(due));
}

const char* HookKeeper::remedy() const {
  return narrowed_ ? "--max-overhead 5%" : "--container NAME, or --max-overhead 5%";
}

Status HookKeeper::narrow_to_busiest(Intake& intake, RunLimits& limits) {
  constexpr double kBusyShare = 0.1;
  limits.add("system calls and writes",
             "so many are made that only those of the busiest containers were watched", remedy());
  return probe_->narrow_to(intake.busiest(kBusyShare));
}

std::optional<Limit> HookKeeper::partial_view(double observed_share) const {
  if (!was_too_dear_) {
    return std::nullopt;
  }
  return partial_view_limit(observed_share, guard_.dearest_share(), max_share_, remedy());
}

}  // namespace culprit
