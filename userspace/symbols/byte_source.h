// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace culprit {

/// Bytes that can be read at any place: an open file, or memory. Owns neither. Files are read by
/// windows and never mapped: one that is truncated meanwhile is a failed read, not a signal.
class ByteSource {
 public:
  /// `descriptor` is a seekable file open for reading, which outlives the source.
  static ByteSource of_descriptor(int descriptor);
  /// `descriptor` is a /proc/PID/mem: offsets are addresses, and there are holes.
  static ByteSource of_process(int descriptor);
  static ByteSource of_memory(std::span<const std::byte> memory);

  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Fills `target` from `offset` on; false when the source ends before or cannot be read.
  [[nodiscard]] bool read(std::uint64_t offset, std::span<std::byte> target) const;

 private:
  ByteSource(int descriptor, std::span<const std::byte> memory, std::uint64_t size)
      : descriptor_(descriptor), memory_(memory), size_(size) {}

  int descriptor_;
  std::span<const std::byte> memory_;
  std::uint64_t size_;
};

}  // namespace culprit
