// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "aggregation/counting.h"
#include "base/ids.h"

namespace culprit {

/// The call stack of an event, and whose addresses it is made of.
struct EventStack {
  StackHash hash;  ///< 0: not known
  Pid pid;
  AddressSpaceId address_space;  ///< 0: not known

  bool operator==(const EventStack&) const = default;
};

struct EventStackHash {
  std::size_t operator()(const EventStack& stack) const {
    return mixed_hash(mixed_hash(stack.hash.value(), stack.pid.value()),
                      stack.address_space.value());
  }
};

/// How often events came from which stack; those that find no room come from an unknown one.
class EventStacks {
 public:
  void add(const EventStack& stack, std::uint64_t weight);
  void merge(const EventStacks& other);

  [[nodiscard]] auto begin() const { return weights_.begin(); }
  [[nodiscard]] auto end() const { return weights_.end(); }

 private:
  std::unordered_map<EventStack, std::uint64_t, EventStackHash> weights_;
};

}  // namespace culprit
