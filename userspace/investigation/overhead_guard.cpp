// SPDX-License-Identifier: Apache-2.0
#include "investigation/overhead_guard.h"

#include "base/kernel_time.h"

namespace culprit {
namespace {

/// What entering and leaving a raw tracepoint costs besides the program itself: 185 to 226 ns were
/// added to a system call by an empty program. The kernel's statistics do not contain it.
constexpr std::chrono::nanoseconds kEntryCost{200};

}  // namespace

OverheadGuard::Action OverheadGuard::judge(const HookCost& total,
                                           std::chrono::nanoseconds since_start) {
  const std::uint64_t runs = total.runs - judged_.runs;
  const auto run_time = total.run_time - judged_.run_time;
  const auto elapsed = since_start - judged_at_;
  judged_ = total;
  judged_at_ = since_start;
  if (elapsed.count() <= 0 || cpus_ == 0) {
    return Action::Keep;
  }
  const double cost = seconds_of(run_time) + static_cast<double>(runs) * seconds_of(kEntryCost);
  last_share_ = cost / (seconds_of(elapsed) * static_cast<double>(cpus_));
  if (last_share_ <= max_share_) {
    return Action::Keep;
  }
  if (!narrowed_) {
    narrowed_ = true;
    return Action::Narrow;
  }
  return Action::Disable;
}

}  // namespace culprit
