// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "samples/activity.h"

namespace culprit {

/// Scales counts of a hook that was attached for a part of the time only, so that they stand for
/// the whole. Unbiased as long as what is counted does not keep step with the hook.
class HookScale {
 public:
  /// Takes in what the counts that follow stand for.
  void learn(const HookCoverage& coverage);

  [[nodiscard]] SyscallCount of(SyscallCount count) const;
  /// Attempts that a socket's state shows are counted all the time and stay as they are.
  [[nodiscard]] ConnectCount of(ConnectCount count) const;
  [[nodiscard]] ExchangeCount of(ExchangeCount count) const;
  [[nodiscard]] WriteCount of(WriteCount count) const;

  /// Of the time so far, 0..1; 1 when nothing is known.
  [[nodiscard]] double observed_share() const;

 private:
  template <typename Number>
  void scale(Number& number) const;

  double factor_ = 1;
  std::chrono::nanoseconds elapsed_{0};
  std::chrono::nanoseconds observed_{0};
};

}  // namespace culprit
