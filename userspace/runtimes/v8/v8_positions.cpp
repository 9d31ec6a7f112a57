// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_positions.h"

#include <cstddef>

namespace culprit {
namespace {

/// V8's base/vlq.h: seven bits a byte, lowest first; the highest bit says that more follow.
std::optional<std::uint64_t> read_number(std::span<const std::uint8_t> bytes, std::size_t& place) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && place < bytes.size(); shift += 7) {
    const std::uint8_t byte = bytes[place++];
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80U) == 0) {
      return value;
    }
  }
  return std::nullopt;
}

std::int64_t with_sign(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

}  // namespace

/// V8's codegen/source-position.h: bit 0 external, 30 bits of offset + 1, 16 bits of inlining + 1.
std::optional<V8Position> V8Position::unpack(std::uint64_t packed) {
  const auto offset = static_cast<std::int32_t>(packed >> 1U & 0x3FFFFFFFU);
  if ((packed & 1U) != 0 || offset == 0) {
    return std::nullopt;
  }
  return V8Position{.offset = offset - 1,
                    .inlining = static_cast<std::int32_t>(packed >> 31U & 0xFFFFU) - 1};
}

/// V8's codegen/source-position-table.cc: differences. Whether an entry is a statement is the sign
/// of the first, since 14 its lowest bits say so.
std::vector<V8PositionEntry> source_positions(std::span<const std::uint8_t> table,
                                              const V8Layout& layout) {
  std::vector<V8PositionEntry> entries;
  std::size_t place = 0;
  std::int64_t offset = layout.positions_begin;
  std::uint64_t position = 0;
  while (place < table.size()) {
    const auto code = read_number(table, place);
    const auto source = code ? read_number(table, place) : std::nullopt;
    if (!source) {
      break;
    }
    if (layout.positions_flag_bits != 0) {
      offset +=
          static_cast<std::int64_t>(*code >> static_cast<unsigned>(layout.positions_flag_bits));
    } else {
      const std::int64_t difference = with_sign(*code);
      offset += difference < 0 ? -(difference + 1) : difference;
    }
    position += static_cast<std::uint64_t>(with_sign(*source));
    if (offset < -1 || offset > (std::int64_t{1} << 31U)) {
      break;
    }
    if (const auto unpacked = V8Position::unpack(position)) {
      entries.push_back({.code_offset = offset, .position = *unpacked});
    }
  }
  return entries;
}

/// V8's baseline/bytecode-offset-iterator: the bytes of code of the prologue, then of each
/// bytecode.
std::optional<std::int32_t> baseline_bytecode(std::span<const std::uint8_t> table,
                                              std::span<const std::uint8_t> bytecodes,
                                              const V8BytecodeSizes& sizes,
                                              std::uint32_t code_offset, bool return_address) {
  std::size_t place = 0;
  std::size_t bytecode = 0;
  const auto prologue = read_number(table, place);
  if (!prologue) {
    return std::nullopt;
  }
  const std::uint64_t wanted = std::uint64_t{code_offset} - (return_address ? 1 : 0);
  std::uint64_t end = *prologue;
  if (wanted < end) {
    return 0;
  }
  while (bytecode < bytecodes.size()) {
    const auto bytes = read_number(table, place);
    if (!bytes) {
      return std::nullopt;
    }
    const std::size_t start = bytecode;
    std::size_t width = 0;
    if (bytecodes[bytecode] < 2) {  // the prefixes that make operands wide
      width = bytecodes[bytecode] + std::size_t{1};
      ++bytecode;
    }
    if (bytecode >= bytecodes.size() || bytecodes[bytecode] >= sizes.count) {
      return std::nullopt;
    }
    const std::uint8_t size = sizes.bytes.at(width).at(bytecodes[bytecode]);
    if (size == 0) {
      return std::nullopt;
    }
    bytecode += size;
    end += *bytes;
    if (wanted < end) {
      return static_cast<std::int32_t>(start);
    }
  }
  return std::nullopt;
}

}  // namespace culprit
