// SPDX-License-Identifier: Apache-2.0
#include "investigation/run_limits.h"

#include <algorithm>
#include <utility>

namespace culprit {

void RunLimits::add(std::string what, std::string why, std::string fix) {
  const bool known = std::any_of(limits_.begin(), limits_.end(), [&](const Limit& limit) {
    return limit.what == what && limit.why == why;
  });
  if (!known) {
    limits_.push_back({.what = std::move(what), .why = std::move(why), .fix = std::move(fix)});
  }
}

}  // namespace culprit
