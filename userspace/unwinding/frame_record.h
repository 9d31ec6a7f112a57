// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "unwinding/byte_window.h"

namespace culprit {

/// Both hold call frame information, in formats that differ a little.
enum class FrameSectionKind : std::uint8_t { EhFrame, DebugFrame };

/// One entry of such a section before its meaning is known.
struct FrameRecord {
  enum class Kind : std::uint8_t {
    Common,      ///< what several functions share
    Function,    ///< what is said about one function
    Terminator,  ///< of no content
    Malformed,   ///< not usable, but where the next one begins is known
    End          ///< nothing that can be read follows
  };

  Kind kind = Kind::End;
  std::uint64_t next = 0;           ///< offset of the entry behind it
  std::uint64_t common_offset = 0;  ///< Function: of the common entry it refers to
  std::uint64_t body_offset = 0;
  std::span<const std::byte> body;  ///< valid until the window moves
};

/// Reads the entry at `offset`, which is less than the section's size.
FrameRecord read_frame_record(ByteWindow& section, std::uint64_t offset, FrameSectionKind kind);

}  // namespace culprit
