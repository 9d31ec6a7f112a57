// SPDX-License-Identifier: Apache-2.0
#include "investigation/overhead_guard.h"

#include <algorithm>

#include "base/kernel_time.h"

namespace culprit {
namespace {

/// What entering and leaving the tracepoint costs besides the program itself: 185 to 226 ns were
/// added to a system call by an empty program. The kernel's statistics do not contain it.
constexpr std::chrono::nanoseconds kEntryCost{200};

/// Long enough to tell a rate, short enough to be cheap at a million calls a second.
constexpr std::chrono::milliseconds kShortestLook{20};
/// While the hook takes less than half of what it may.
constexpr std::chrono::milliseconds kCalmLook{100};

/// With longer pauses whole seconds would go unseen, and what lasts some seconds would be missed. A
/// look of 20 ms in each costs a fiftieth of what the hook takes.
constexpr std::chrono::milliseconds kLongestPause{950};

/// Some of the time is for the hook, however dear the rest: what is never looked at cannot be
/// found.
constexpr double kLeastPurse = 0.25;

double seconds_between(const HookCost& before, const HookCost& after) {
  return seconds_of(after.run_time - before.run_time) +
         static_cast<double>(after.runs - before.runs) * seconds_of(kEntryCost);
}

}  // namespace

void OverheadGuard::begin_look(const EventCost& total, std::chrono::nanoseconds now) {
  at_look_ = total;
  look_began_ = now;
}

std::chrono::nanoseconds OverheadGuard::shortest_look() const {
  return calm_ ? kCalmLook : kShortestLook;
}

double OverheadGuard::attached_share() const {
  const double seconds = seconds_of(looked_) * static_cast<double>(cpus_);
  return seconds > 0 ? hook_seconds_ / seconds : 0;
}

OverheadGuard::Action OverheadGuard::step(const EventCost& total,
                                          std::chrono::nanoseconds since_start) {
  if (!attached_) {
    if (since_start < resume_at_) {
      return Action::Keep;
    }
    attached_ = true;
    begin_look(total, since_start);
    return Action::Attach;
  }
  const auto look = since_start - look_began_;
  if (look < shortest_look()) {
    return Action::Keep;
  }
  if (cpus_ == 0 || max_share_ <= 0) {
    begin_look(total, since_start);  // nothing to weigh: the next look is due later, not at once
    return Action::Keep;
  }
  const double hook = seconds_between(at_look_.hook, total.hook);
  const double all = seconds_of(look) * static_cast<double>(cpus_);
  hook_seconds_ += hook;
  dearest_share_ = std::max(dearest_share_, hook / all);
  looked_ += look;
  const double purse = std::max(max_share_ - seconds_between(at_look_.always, total.always) / all,
                                kLeastPurse * max_share_);
  const double excess = hook / all / purse - 1;
  calm_ = excess < -0.5;
  if (excess <= 0) {
    begin_look(total, since_start);
    return Action::Keep;
  }
  const std::chrono::duration<double> pause(seconds_of(look) * excess);
  if (pause > kLongestPause && !narrowed_) {
    narrowed_ = true;
    begin_look(total, since_start);
    return Action::Narrow;
  }
  attached_ = false;
  resume_at_ = since_start + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                 std::min<std::chrono::duration<double>>(pause, kLongestPause));
  return Action::Detach;
}

std::chrono::nanoseconds OverheadGuard::due_in(std::chrono::nanoseconds since_start) const {
  const auto due = attached_ ? look_began_ + shortest_look() : resume_at_;
  return std::max(due - since_start, std::chrono::nanoseconds(0));
}

}  // namespace culprit
