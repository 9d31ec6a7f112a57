// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace culprit {

/// Runs and run time of BPF programs since they were loaded.
struct HookCost {
  std::uint64_t runs = 0;
  std::chrono::nanoseconds run_time{0};
};

/// What is paid by those who make system calls.
struct EventCost {
  HookCost hook;    ///< on the system-call path: can be taken out
  HookCost always;  ///< of connections' states: stays
};

/// The breaker of --max-overhead: measures what the hook on the system-call path really costs while
/// it is attached, and has it taken out for so long that on average the limit holds. Detached, it
/// costs nothing at all; a program that only leaves early would still cost each call its entry.
/// What other programs cost comes out of the same purse.
/// Pure; the caller acts, and calls step() when due_in() has passed, or earlier.
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
  Action step(const EventCost& total, std::chrono::nanoseconds since_start);

  /// When the next step has something to do. A look that lasts longer costs more than it should.
  [[nodiscard]] std::chrono::nanoseconds due_in(std::chrono::nanoseconds since_start) const;

  /// The share of the CPUs that the hook takes while it is attached: the mean of all looks.
  [[nodiscard]] double attached_share() const;
  /// The dearest look's: what made the guard detach it, where the mean would not have.
  [[nodiscard]] double dearest_share() const { return dearest_share_; }

 private:
  [[nodiscard]] std::chrono::nanoseconds shortest_look() const;
  void begin_look(const EventCost& total, std::chrono::nanoseconds now);

  double max_share_;
  std::uint32_t cpus_;
  EventCost at_look_;
  std::chrono::nanoseconds look_began_{0};
  std::chrono::nanoseconds resume_at_{0};
  std::chrono::nanoseconds looked_{0};
  double hook_seconds_ = 0;  ///< CPU time of the hook in all looks
  double dearest_share_ = 0;
  bool attached_ = true;
  bool calm_ = false;
  bool narrowed_ = false;
};

}  // namespace culprit
