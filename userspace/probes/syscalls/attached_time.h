// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "base/kernel_time.h"
#include "samples/activity.h"

namespace culprit {

/// Adds up for how long a hook was attached, from one reading to the next. Values of time go in;
/// no clock is read.
class AttachedTime {
 public:
  void attached(KernelTime now);
  void detached(KernelTime now);

  /// What the counts taken out now stand for. Nothing while the hook was not attached since the
  /// last reading: that time is added to the next one.
  std::optional<HookCoverage> take(KernelTime now);

 private:
  void add_until(KernelTime now);

  std::optional<KernelTime> since_;        ///< while attached: not yet added
  std::optional<KernelTime> taken_until_;  ///< nothing before the hook was first attached
  std::chrono::nanoseconds observed_{0};
};

}  // namespace culprit
