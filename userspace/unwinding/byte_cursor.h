// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace culprit {

/// Reads the values of DWARF from bytes, one after another. After the first that is not there
/// everything is zero and failed() holds.
class ByteCursor {
 public:
  explicit ByteCursor(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <typename Number>
  Number number() {
    Number value{};
    if (left() < sizeof value) {
      fail();
      return value;
    }
    std::memcpy(&value, bytes_.data() + position_, sizeof value);
    position_ += sizeof value;
    return value;
  }

  /// Numbers of variable length, at most ten bytes.
  std::uint64_t unsigned_number();
  std::int64_t signed_number();
  /// The next `length` bytes.
  std::span<const std::byte> take(std::uint64_t length);
  /// Up to the next NUL, which is read too.
  std::string_view text();

  [[nodiscard]] std::size_t position() const { return position_; }
  [[nodiscard]] std::size_t left() const { return bytes_.size() - position_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  void fail() {
    failed_ = true;
    position_ = bytes_.size();
  }

  std::span<const std::byte> bytes_;
  std::size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace culprit
