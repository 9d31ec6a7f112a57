// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/ids.h"
#include "samples/stack.h"

namespace culprit {

/// Keeps each raw stack once, by its hash, whether it arrives before or after the samples that name
/// it. Addresses stay where they are: pointers handed out are good until the store dies.
class StackStore {
 public:
  struct Entry {
    RawStack stack;
    bool kernel_only = false;  ///< the same in every address space
  };

  /// The first stack of a hash stays; the kernel part may send one again.
  void add(RawStack stack);

  /// nullptr when it has not come (yet).
  [[nodiscard]] const Entry* find(StackHash hash) const;
  /// Stacks that found no room.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  std::unordered_map<StackHash, Entry> stacks_;
  std::size_t frames_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace culprit
