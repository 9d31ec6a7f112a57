// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"
#include "symbols/elf_image.h"
#include "unwinding/frame_record.h"
#include "unwinding/limits.h"

namespace culprit {

/// Where a file keeps call frame information.
struct FrameSection {
  FrameSectionKind kind = FrameSectionKind::EhFrame;
  std::uint64_t address = 0;      ///< where it is mapped, in the file's own addresses
  std::uint64_t file_offset = 0;  ///< not of inflated ones
  std::uint64_t size = 0;
  bool ends_at_terminator = false;  ///< its size is an upper bound only
  std::vector<std::byte> inflated;  ///< the content, when the file has it compressed
};

/// What a file has of .eh_frame, or else of what PT_GNU_EH_FRAME points to, and of .debug_frame.
/// Error: there are sections and not one is usable: outside of the file, larger than the limits, or
/// not to be inflated.
Result<std::vector<FrameSection>> find_frame_sections(const ByteSource& source,
                                                      const ElfImage& image,
                                                      const UnwindLimits& limits);

}  // namespace culprit
