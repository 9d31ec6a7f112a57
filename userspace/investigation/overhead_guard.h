// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace culprit {

/// Runs and run time of the system-call program since it was loaded.
struct HookCost {
  std::uint64_t runs = 0;
  std::chrono::nanoseconds run_time{0};
};

/// The breaker of --max-overhead: measures what the hook on the system-call path really costs while
/// it is attached, and has it taken out for so long that on average the limit holds. Detached, it
/// costs nothing at all; a program that only leaves early would still cost each call its entry.
/// Pure; the caller acts, and calls step() at least every 50 ms.
class OverheadGuard {
 public:
  enum class Action : std::uint8_t {
    Keep,
    Narrow,  ///< only the containers that use most CPU from here on
    Detach,
    Attach,
  };

  /// `max_share`: of the host's CPUs, 0..1. The hook is attached at time 0.
  OverheadGuard(double max_share, std::uint32_t cpus) : max_share_(max_share), cpus_(cpus) {}

  /// `total` is what the kernel's statistics say at `since_start`.
  Action step(const HookCost& total, std::chrono::nanoseconds since_start);

  /// The share of the CPUs that the hook takes while it is attached, as measured last.
  [[nodiscard]] double attached_share() const { return attached_share_; }

 private:
  void begin_look(const HookCost& total, std::chrono::nanoseconds now);
  [[nodiscard]] double share_since_look(const HookCost& total, std::chrono::nanoseconds now) const;

  double max_share_;
  std::uint32_t cpus_;
  HookCost at_look_;
  std::chrono::nanoseconds look_began_{0};
  std::chrono::nanoseconds resume_at_{0};
  double attached_share_ = 0;
  bool attached_ = true;
  bool narrowed_ = false;
};

}  // namespace culprit
