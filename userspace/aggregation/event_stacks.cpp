// SPDX-License-Identifier: Apache-2.0
#include "aggregation/event_stacks.h"

#include "aggregation/limits.h"

namespace culprit {

void EventStacks::add(const EventStack& stack, std::uint64_t weight) {
  if (weight == 0) {
    return;
  }
  const bool room = weights_.size() < kStacksPerRowLimit || weights_.contains(stack);
  std::uint64_t& total = weights_[room && stack.hash != StackHash(0) ? stack : EventStack{}];
  total = saturating_sum(total, weight);
}

void EventStacks::merge(const EventStacks& other) {
  for (const auto& [stack, weight] : other) {
    add(stack, weight);
  }
}

}  // namespace culprit
