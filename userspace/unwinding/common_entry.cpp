// SPDX-License-Identifier: Apache-2.0
#include "unwinding/common_entry.h"

#include <string_view>

#include "unwinding/byte_cursor.h"
#include "unwinding/pointer_encoding.h"

namespace culprit {
namespace {

/// Reads what the letters of the augmentation announce. False: not understood.
bool read_augmentation(std::string_view letters, ByteCursor& cursor, std::uint64_t cursor_address,
                       CommonEntry& entry) {
  for (const char letter : letters) {
    switch (letter) {
      case 'L':
        cursor.number<std::uint8_t>();
        break;
      case 'R':
        entry.pointer_encoding = cursor.number<std::uint8_t>();
        break;
      case 'P': {
        const auto encoding = cursor.number<std::uint8_t>();
        if (!skip_pointer(cursor, encoding, cursor_address)) {
          return false;
        }
        break;
      }
      case 'S':
        entry.signal_frame = true;
        break;
      case 'B':  // arm64: return addresses are signed with the other key
      case 'G':  // arm64: the frame's memory is tagged
        break;
      default:
        return false;
    }
  }
  return !cursor.failed();
}

/// Of DWARF 4 and 5: the sizes of addresses and of segment selectors, of which only one is met.
bool has_usual_sizes(ByteCursor& cursor) {
  const auto address_bytes = cursor.number<std::uint8_t>();
  const auto selector_bytes = cursor.number<std::uint8_t>();
  return address_bytes == 8 && selector_bytes == 0;
}

}  // namespace

std::optional<ParsedCommonEntry> parse_common_entry(const FrameRecord& record,
                                                    std::uint64_t section_address) {
  ByteCursor cursor(record.body);
  CommonEntry entry;
  const auto version = cursor.number<std::uint8_t>();
  std::string_view letters = cursor.text();
  if (version != 1 && version != 3 && version != 4) {
    return std::nullopt;
  }
  if (letters == "eh") {
    cursor.number<std::uint64_t>();  // of an old compiler: the address of its exception table
    letters = {};
  }
  if (version == 4 && !has_usual_sizes(cursor)) {
    return std::nullopt;
  }
  entry.code_alignment = cursor.unsigned_number();
  entry.data_alignment = cursor.signed_number();
  entry.return_register = version == 1 ? cursor.number<std::uint8_t>() : cursor.unsigned_number();
  if (letters.starts_with('z')) {
    const std::uint64_t length = cursor.unsigned_number();
    const std::uint64_t address = section_address + record.body_offset + cursor.position();
    ByteCursor data(cursor.take(length));
    entry.has_augmentation_data = true;
    if (!read_augmentation(letters.substr(1), data, address, entry)) {
      return std::nullopt;
    }
  } else if (!read_augmentation(letters, cursor, section_address + record.body_offset, entry)) {
    return std::nullopt;
  }
  if (cursor.failed()) {
    return std::nullopt;
  }
  return ParsedCommonEntry{.entry = entry, .instructions = cursor.take(cursor.left())};
}

}  // namespace culprit
