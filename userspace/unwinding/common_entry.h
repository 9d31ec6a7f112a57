// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "unwinding/cfi_state.h"
#include "unwinding/frame_record.h"

namespace culprit {

/// What several functions share (a "common information entry").
struct CommonEntry {
  std::uint64_t code_alignment = 1;
  std::int64_t data_alignment = 1;
  std::uint64_t return_register = 0;
  std::uint8_t pointer_encoding = 0;
  bool has_augmentation_data = false;
  bool signal_frame = false;
  CfiState initial;  ///< what its instructions say, the beginning of each function
};

struct ParsedCommonEntry {
  CommonEntry entry;
  std::span<const std::byte> instructions;  ///< not executed yet; valid as long as the record
};

/// Nothing when the entry is not understood. `section_address` is where the section is mapped.
std::optional<ParsedCommonEntry> parse_common_entry(const FrameRecord& record,
                                                    std::uint64_t section_address);

}  // namespace culprit
