// SPDX-License-Identifier: Apache-2.0
#include "unwinding/code_ranges.h"

#include <elf.h>

#include <algorithm>

namespace culprit {
namespace {

/// The largest addresses mark unused entries of tables.
constexpr std::uint64_t kMaxRelative = 0xfffffff0;

bool is_code(const ElfSegment& segment) {
  return segment.type == PT_LOAD && (segment.flags & PF_X) != 0 && segment.memory_size != 0;
}

}  // namespace

CodeRanges::CodeRanges(const ElfImage& image) {
  base_ = UINT64_MAX;
  for (const ElfSegment& segment : image.segments()) {
    if (is_code(segment)) {
      base_ = std::min(base_, segment.address);
    }
  }
  for (const ElfSegment& segment : image.segments()) {
    if (!is_code(segment) || segment.address - base_ >= kMaxRelative) {
      continue;
    }
    const std::uint64_t start = segment.address - base_;
    const std::uint64_t end = start + std::min(segment.memory_size, kMaxRelative - start);
    ranges_.push_back(
        {.start = static_cast<std::uint32_t>(start), .end = static_cast<std::uint32_t>(end)});
  }
}

std::optional<CodeRanges::Range> CodeRanges::clip(std::uint64_t start, std::uint64_t length) const {
  if (start < base_ || length == 0) {
    return std::nullopt;
  }
  const std::uint64_t relative = start - base_;
  for (const Range& range : ranges_) {
    if (relative >= range.start && relative < range.end) {
      const std::uint64_t room = range.end - relative;
      return Range{.start = static_cast<std::uint32_t>(relative),
                   .end = static_cast<std::uint32_t>(relative + std::min(length, room))};
    }
  }
  return std::nullopt;
}

}  // namespace culprit
