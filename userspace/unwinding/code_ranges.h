// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "symbols/elf_image.h"

namespace culprit {

/// Where a file has code: its executable segments.
class CodeRanges {
 public:
  struct Range {
    std::uint32_t start = 0;  ///< relative to the base
    std::uint32_t end = 0;

    bool operator==(const Range&) const = default;
  };

  /// What lies 4 GiB or more above the lowest segment is left out.
  explicit CodeRanges(const ElfImage& image);

  /// The lowest address of code.
  [[nodiscard]] std::uint64_t base() const { return base_; }
  /// The part of [start, start + length) that lies in the segment of `start`; nothing when there is
  /// none.
  [[nodiscard]] std::optional<Range> clip(std::uint64_t start, std::uint64_t length) const;

 private:
  std::uint64_t base_ = 0;
  std::vector<Range> ranges_;
};

}  // namespace culprit
