// SPDX-License-Identifier: Apache-2.0
#include "aggregation/hook_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/kernel_time.h"

namespace culprit {
namespace {

/// From a share this small nothing can be concluded; it bounds what a wrong share can do.
constexpr double kLargestFactor = 1000;

}  // namespace

void HookScale::learn(const HookCoverage& coverage) {
  if (coverage.observed.count() <= 0 || coverage.elapsed < coverage.observed) {
    factor_ = 1;
    return;
  }
  factor_ = std::min(kLargestFactor, seconds_of(coverage.elapsed) / seconds_of(coverage.observed));
  elapsed_ += coverage.elapsed;
  observed_ += coverage.observed;
}

template <typename Number>
void HookScale::scale(Number& number) const {
  const double scaled = std::round(static_cast<double>(number) * factor_);
  const auto most = static_cast<double>(std::numeric_limits<Number>::max());
  number = scaled >= most ? std::numeric_limits<Number>::max() : static_cast<Number>(scaled);
}

SyscallCount HookScale::of(SyscallCount count) const {
  scale(count.count);
  return count;
}

ConnectCount HookScale::of(ConnectCount count) const {
  if (!count.by_call) {
    return count;
  }
  scale(count.count);
  for (std::uint32_t& gap : count.gaps) {
    scale(gap);
  }
  return count;
}

ExchangeCount HookScale::of(ExchangeCount count) const {
  scale(count.exchanges);
  scale(count.same_sizes);
  scale(count.sent_bytes);
  scale(count.received_bytes);
  return count;
}

WriteCount HookScale::of(WriteCount count) const {
  scale(count.calls);
  scale(count.bytes);
  scale(count.text_calls);
  scale(count.printable_calls);
  scale(count.inner_bytes);
  scale(count.inner_newlines);
  scale(count.syncs);
  scale(count.failures);
  return count;
}

double HookScale::observed_share() const {
  return elapsed_.count() <= 0 ? 1 : seconds_of(observed_) / seconds_of(elapsed_);
}

}  // namespace culprit
