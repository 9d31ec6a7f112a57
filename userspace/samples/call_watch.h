// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "samples/stack.h"

namespace culprit {

/// A native frame: its instruction, and the stack pointer as it would be back in it.
struct FramePlace {
  InstructionAddress instruction;
  std::uint64_t stack_pointer = 0;

  bool operator==(const FramePlace&) const = default;
};

/// Where the native frames of a suspected thread lay at one tick.
struct FramePlaces {
  KernelTime time;
  ProcessKey process;
  Tid tid;
  std::uint64_t thread_start_boottime_ns = 0;
  AddressSpaceId address_space;
  StackEnd end = StackEnd::Complete;
  std::vector<FramePlace> places;  ///< innermost first
};

/// What became of a call that was watched.
enum class CallEnd : std::uint8_t {
  NotYet = 1,     ///< it was still at it when last seen
  Returned = 2,   ///< its return was observed
  LostSight = 3,  ///< neither: a jump out of it, a stack that moved, too many hits
};

/// One call of one thread, and whether it came back while it was watched. A later one of the same
/// stack replaces it.
struct CallWatch {
  KernelTime until;
  ProcessKey process;
  Tid tid;
  AddressSpaceId address_space;
  StackHash stack;  ///< the call's function is the innermost frame; comes as a RawStack before
  CallEnd end = CallEnd::NotYet;
  std::chrono::nanoseconds watched{0};  ///< until it was last seen, or returned
  /// Everything that it had called came back meanwhile.
  bool callees_returned = false;
};

}  // namespace culprit
