// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_lines.h"

#include <limits>

namespace culprit {
namespace {

using Line = std::int64_t;

std::optional<std::uint32_t> plausible(Line line) {
  if (line <= 0 || line > std::numeric_limits<std::int32_t>::max()) {
    return std::nullopt;
  }
  return static_cast<std::uint32_t>(line);
}

/// 3.8, 3.9 (Objects/lnotab_notes.txt): pairs of distances, of addresses and, signed, of lines.
std::optional<std::uint32_t> by_line_numbers(std::span<const std::byte> table, Line line,
                                             std::uint32_t position) {
  std::uint64_t address = 0;
  for (std::size_t place = 0; place + 1 < table.size(); place += 2) {
    address += std::to_integer<std::uint8_t>(table[place]);
    if (address > position) {
      break;
    }
    line += static_cast<std::int8_t>(table[place + 1]);
  }
  return plausible(line);
}

/// 3.10 (Objects/lnotab_notes.txt): pairs of the length of a piece of code and the distance of its
/// line from the one before; -128: it has none.
std::optional<std::uint32_t> by_pieces(std::span<const std::byte> table, Line line,
                                       std::uint32_t position) {
  constexpr std::int8_t kNoLine = -128;
  std::uint64_t end = 0;
  for (std::size_t place = 0; place + 1 < table.size(); place += 2) {
    end += std::to_integer<std::uint8_t>(table[place]);
    const auto distance = static_cast<std::int8_t>(table[place + 1]);
    line += distance == kNoLine ? 0 : distance;
    if (position < end) {
      return distance == kNoLine ? std::nullopt : plausible(line);
    }
  }
  return std::nullopt;
}

/// Numbers of 3.11's table: six bits a byte, lowest first, bit 6: more follow.
class Varints {
 public:
  Varints(std::span<const std::byte> table, std::size_t place) : table_(table), place_(place) {}

  std::int64_t next_signed() {
    std::uint64_t value = 0;
    constexpr unsigned kMostBits = 36;
    for (unsigned shift = 0; shift <= kMostBits && place_ < table_.size(); shift += 6) {
      const auto byte = std::to_integer<std::uint64_t>(table_[place_++]);
      value |= (byte & 0x3fU) << shift;
      if ((byte & 0x40U) == 0) {
        break;
      }
    }
    const auto size = static_cast<std::int64_t>(value >> 1U);
    return (value & 1U) != 0 ? -size : size;
  }

 private:
  std::span<const std::byte> table_;
  std::size_t place_;
};

/// 3.11 and later (Objects/locations.md): entries that begin with a byte with its top bit set: a
/// form, and a length in units of two bytes. What else an entry says is stepped over.
std::optional<std::uint32_t> by_locations(std::span<const std::byte> table, Line line,
                                          std::uint32_t position) {
  constexpr unsigned kNoLocation = 15;
  constexpr unsigned kLong = 14;
  constexpr unsigned kNoColumns = 13;
  constexpr unsigned kOneLine = 10;  // 10, 11, 12: lines further on
  std::uint64_t end = 0;
  std::size_t place = 0;
  while (place < table.size()) {
    const auto head = std::to_integer<unsigned>(table[place]);
    if ((head & 0x80U) == 0) {
      return std::nullopt;
    }
    const unsigned form = head >> 3U & 15U;
    end += ((head & 7U) + 1) * 2;
    ++place;
    if (form == kLong || form == kNoColumns) {
      line += Varints(table, place).next_signed();
    } else if (form >= kOneLine && form < kNoColumns) {
      line += form - kOneLine;
    }
    if (position < end) {
      return form == kNoLocation ? std::nullopt : plausible(line);
    }
    while (place < table.size() && (std::to_integer<unsigned>(table[place]) & 0x80U) == 0) {
      ++place;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> python_line(std::span<const std::byte> table, std::uint32_t minor,
                                         std::uint32_t first_line, std::uint32_t position) {
  constexpr std::uint32_t kBeforeTheFirst = 0x80000000;
  if (position >= kBeforeTheFirst) {
    return plausible(first_line);
  }
  constexpr std::uint32_t kPieces = 10;
  if (minor < kPieces) {
    return by_line_numbers(table, first_line, position);
  }
  return minor == kPieces ? by_pieces(table, first_line, position)
                          : by_locations(table, first_line, position);
}

}  // namespace culprit
