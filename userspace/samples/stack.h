// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace culprit {

/// What sort of code a frame is; viewers colour by it.
enum class FrameKind : std::uint8_t {
  Kernel = 1,
  Native = 2,
  Python = 3,
  JavaScript = 4,
  Java = 5,
  Go = 6,
  Jit = 7,
  Inlined = 8
};

/// Why a stack does not reach its thread's outermost frame. Mirrors enum culprit_stack_end.
enum class StackEnd : std::uint8_t {
  Complete = 0,
  DepthLimit = 1,
  Unreadable = 2,
  Implausible = 3,
  NoRegisters = 4,
  NoUnwindRows = 5,
  NoMapping = 6,
  Unsupported = 7,
  Copied = 8,
  CopyLost = 9,
  LostRegister = 10,
  TablePending = 11,
  CopyTooShort = 12
};

/// One frame as the kernel part saw it, not yet named.
struct RawFrame {
  InstructionAddress address;
  std::uint32_t extra = 0;  ///< runtimes: position inside the function
  std::uint16_t check = 0;  ///< runtimes: checksum of the object behind the address
  FrameKind kind = FrameKind::Native;
  bool exact = false;  ///< address of the instruction itself, not the one after a call

  bool operator==(const RawFrame&) const = default;
};

/// A stack's frames, innermost first, kernel frames before user frames. Sent once per hash.
struct RawStack {
  StackHash hash;
  StackEnd end = StackEnd::Complete;
  std::vector<RawFrame> frames;
};

}  // namespace culprit
