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

/// The breaker of --max-overhead: decides from what the program on the system-call path really cost
/// whether it may go on. Pure; the caller acts.
class OverheadGuard {
 public:
  enum class Action : std::uint8_t {
    Keep,
    Narrow,   ///< only the containers that use most CPU from here on
    Disable,  ///< not even narrowed is it cheap enough
  };

  /// `max_share`: of the host's CPUs, 0..1.
  OverheadGuard(double max_share, std::uint32_t cpus) : max_share_(max_share), cpus_(cpus) {}

  /// Judges what happened since the last call.
  Action judge(const HookCost& total, std::chrono::nanoseconds since_start);

  /// The share of the CPUs that the last judgement found.
  [[nodiscard]] double last_share() const { return last_share_; }

 private:
  double max_share_;
  std::uint32_t cpus_;
  HookCost judged_;
  std::chrono::nanoseconds judged_at_{0};
  double last_share_ = 0;
  bool narrowed_ = false;
};

}  // namespace culprit
