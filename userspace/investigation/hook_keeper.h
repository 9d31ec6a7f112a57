// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "base/kernel_time.h"
#include "investigation/overhead_guard.h"
#include "investigation/run_limits.h"

namespace culprit {

class Intake;
class Observer;
class SyscallProbe;

/// Keeps the hook on the system-call path below --max-overhead: reads what the programs cost and
/// does what the guard says. Main thread only.
class HookKeeper {
 public:
  /// `max_share`: of the host's CPUs. `narrowed`: the user has chosen containers already.
  HookKeeper(double max_share, std::uint32_t cpus, bool narrowed)
      : max_share_(max_share), narrowed_(narrowed), guard_(max_share, cpus) {}

  /// From now on; `probe` is attached, and belongs to the observer.
  void watch(SyscallProbe& probe);
  /// When due_in() has passed, or earlier. What could not be done becomes a row of `limits`.
  void step(Observer& observer, Intake& intake, RunLimits& limits);

  /// At most `most`.
  [[nodiscard]] std::chrono::milliseconds due_in(std::chrono::milliseconds most) const;

  /// What the report has to say: nothing when the hook never had to be taken out.
  /// `observed_share`: of the window, 0..1.
  [[nodiscard]] std::optional<Limit> partial_view(double observed_share) const;

 private:
  Status narrow_to_busiest(Intake& intake, RunLimits& limits);
  /// What the user can do about it.
  [[nodiscard]] const char* remedy() const;

  double max_share_;
  bool narrowed_;
  OverheadGuard guard_;
  SyscallProbe* probe_ = nullptr;
  KernelTime attached_at_;
  bool was_too_dear_ = false;
};

}  // namespace culprit
