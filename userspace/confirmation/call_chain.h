// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "samples/call_watch.h"
#include "samples/stack.h"

namespace culprit {

/// One activation of a function: told apart from all others that are alive by where its return
/// address is kept, and from earlier ones at the same place by watching that.
struct Call {
  InstructionAddress inside;  ///< an instruction of the function
  bool exact = false;         ///< it ran; else it comes after a call
  std::uint64_t return_address = 0;
  std::uint64_t slot = 0;  ///< where the return address is kept

  /// The same activation, as far as can be told by looking.
  [[nodiscard]] bool may_be(const Call& other) const {
    return slot == other.slot && return_address == other.return_address;
  }
};

/// The calls that were going on, outermost first. The outermost frame was not called by anybody.
/// Empty when the stack was cut for its depth: the next one may be cut somewhere else.
std::vector<Call> calls_of(const FramePlaces& places);

/// How many calls from the outermost on may be the same.
std::size_t common_calls(std::span<const Call> left, std::span<const Call> right);

/// The calls that were there every time somebody looked.
class PersistentCalls {
 public:
  void add(const FramePlaces& places);
  void clear() { *this = PersistentCalls(); }

  [[nodiscard]] std::size_t looks() const { return looks_; }
  /// Outermost first.
  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }

 private:
  std::vector<Call> calls_;
  std::size_t looks_ = 0;
};

/// The stack whose innermost frame is the last of `calls`, below the frame that called the first;
/// `end`: as far as the walks came that saw them.
RawStack stack_of(std::span<const Call> calls, StackEnd end);

}  // namespace culprit
