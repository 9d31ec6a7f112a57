// SPDX-License-Identifier: Apache-2.0
#include "investigation/overhead_guard.h"

#include "base/kernel_time.h"

namespace culprit {
namespace {

/// What entering and leaving the tracepoint costs besides the program itself: 185 to 226 ns were
/// added to a system call by an empty program. The kernel's statistics do not contain it.
constexpr std::chrono::nanoseconds kEntryCost{200};

/// Long enough to tell a rate, short enough to be cheap at a million calls a second.
constexpr std::chrono::milliseconds kShortestLook{50};

/// With longer pauses whole seconds would go unseen, and what lasts some seconds would be missed.
constexpr std::chrono::milliseconds kLongestPause{950};

}  // namespace

void OverheadGuard::begin_look(const HookCost& total, std::chrono::nanoseconds now) {
  at_look_ = total;
  look_began_ = now;
}

double OverheadGuard::share_since_look(const HookCost& total, std::chrono::nanoseconds now) const {
  const double runs = static_cast<double>(total.runs - at_look_.runs);
  const double cost =
      seconds_of(total.run_time - at_look_.run_time) + runs * seconds_of(kEntryCost);
  return cost / (seconds_of(now - look_began_) * static_cast<double>(cpus_));
}

OverheadGuard::Action OverheadGuard::step(const HookCost& total,
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
  if (look < kShortestLook || cpus_ == 0 || max_share_ <= 0) {
    return Action::Keep;
  }
  attached_share_ = share_since_look(total, since_start);
  const double excess = attached_share_ / max_share_ - 1;
  if (excess <= 0) {
    begin_look(total, since_start);
    return Action::Keep;
  }
  const auto pause = std::chrono::duration_cast<std::chrono::nanoseconds>(
      std::chrono::duration<double>(seconds_of(look) * excess));
  if (pause > kLongestPause && !narrowed_) {
    narrowed_ = true;
    begin_look(total, since_start);
    return Action::Narrow;
  }
  attached_ = false;
  resume_at_ = since_start + pause;
  return Action::Detach;
}

}  // namespace culprit
