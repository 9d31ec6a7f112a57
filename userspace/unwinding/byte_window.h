// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "symbols/byte_source.h"

namespace culprit {

/// A part of a source, read by windows: what is asked for in ascending order is read once.
class ByteWindow {
 public:
  /// `offset` and `size` lie inside of the source.
  ByteWindow(ByteSource source, std::uint64_t offset, std::uint64_t size, std::size_t window_bytes)
      : source_(source), offset_(offset), size_(size), window_bytes_(window_bytes) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Valid until the next call. Nothing when they are not inside, more than a window, or cannot be
  /// read.
  std::optional<std::span<const std::byte>> bytes(std::uint64_t offset, std::uint64_t length);
  /// The source did not give what it has to have: it has been truncated meanwhile.
  [[nodiscard]] bool unreadable() const { return unreadable_; }

 private:
  ByteSource source_;
  std::uint64_t offset_;
  std::uint64_t size_;
  std::size_t window_bytes_;
  std::uint64_t window_start_ = 0;
  std::vector<std::byte> window_;
  bool unreadable_ = false;
};

}  // namespace culprit
