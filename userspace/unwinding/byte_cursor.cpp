// SPDX-License-Identifier: Apache-2.0
#include "unwinding/byte_cursor.h"

#include <algorithm>

namespace culprit {
namespace {

constexpr unsigned kBits = 64;
constexpr unsigned kMaxShift = 63;

}  // namespace

std::uint64_t ByteCursor::unsigned_number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift <= kMaxShift; shift += 7) {
    const auto byte = number<std::uint8_t>();
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if ((byte & 0x80U) == 0) {
      return value;
    }
  }
  fail();
  return 0;
}

std::int64_t ByteCursor::signed_number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift <= kMaxShift;) {
    const auto byte = number<std::uint8_t>();
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    shift += 7;
    if ((byte & 0x80U) == 0) {
      const bool negative = (byte & 0x40U) != 0;
      if (negative && shift < kBits) {
        value |= ~std::uint64_t{0} << shift;
      }
      return static_cast<std::int64_t>(value);
    }
  }
  fail();
  return 0;
}

std::span<const std::byte> ByteCursor::take(std::uint64_t length) {
  if (length > left()) {
    fail();
    return {};
  }
  const auto taken = bytes_.subspan(position_, static_cast<std::size_t>(length));
  position_ += taken.size();
  return taken;
}

std::string_view ByteCursor::text() {
  const auto rest = bytes_.subspan(position_);
  const auto end = std::ranges::find(rest, std::byte{0});
  if (end == rest.end()) {
    fail();
    return {};
  }
  const auto length = static_cast<std::size_t>(end - rest.begin());
  position_ += length + 1;
  const auto* start = static_cast<const char*>(static_cast<const void*>(rest.data()));
  return {start, length};
}

}  // namespace culprit
