// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/attached_time.h"

namespace culprit {

void AttachedTime::attached(KernelTime now) {
  since_ = now;
  if (!taken_until_) {
    taken_until_ = now;
  }
}

void AttachedTime::detached(KernelTime now) {
  add_until(now);
  since_.reset();
}

void AttachedTime::add_until(KernelTime now) {
  if (since_ && now > *since_) {
    observed_ += now - *since_;
    since_ = now;
  }
}

std::optional<HookCoverage> AttachedTime::take(KernelTime now) {
  add_until(now);
  if (observed_.count() == 0 || !taken_until_) {
    return std::nullopt;
  }
  const HookCoverage coverage{.until = now, .elapsed = now - *taken_until_, .observed = observed_};
  taken_until_ = now;
  observed_ = std::chrono::nanoseconds{0};
  return coverage;
}

}  // namespace culprit
