// SPDX-License-Identifier: Apache-2.0
#include "aggregation/loss_tally.h"

#include "aggregation/counting.h"
#include "aggregation/limits.h"

namespace culprit {

void LossTally::add(std::string_view cause, std::uint64_t count) {
  if (count > 0) {
    count_text(by_cause_, cause, count, kLossCauseLimit);
  }
}

void LossTally::add_of(CgroupRef cgroup, std::string_view cause, std::uint64_t count) {
  if (count > 0) {
    add(cause, count);
    count_text(by_cgroup_[cgroup], cause, count, kLossCauseLimit);
  }
}

std::uint64_t LossTally::of_cause(const std::string& cause) const {
  const auto known = by_cause_.find(cause);
  return known == by_cause_.end() ? 0 : known->second;
}

}  // namespace culprit
