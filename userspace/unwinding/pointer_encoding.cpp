// SPDX-License-Identifier: Apache-2.0
#include "unwinding/pointer_encoding.h"

namespace culprit {
namespace {

constexpr std::uint64_t kAddressBytes = 8;

std::uint64_t widened(std::int64_t number) {
  return static_cast<std::uint64_t>(number);
}

/// Of 64-bit files only, so that an address has eight bytes.
std::optional<std::uint64_t> read_format(ByteCursor& cursor, unsigned format) {
  std::uint64_t value = 0;
  switch (format) {
    case 0x00:
    case 0x04:
    case 0x0c:
      value = cursor.number<std::uint64_t>();
      break;
    case 0x01:
      value = cursor.unsigned_number();
      break;
    case 0x02:
      value = cursor.number<std::uint16_t>();
      break;
    case 0x03:
      value = cursor.number<std::uint32_t>();
      break;
    case 0x09:
      value = widened(cursor.signed_number());
      break;
    case 0x0a:
      value = widened(cursor.number<std::int16_t>());
      break;
    case 0x0b:
      value = widened(cursor.number<std::int32_t>());
      break;
    default:
      return std::nullopt;
  }
  return cursor.failed() ? std::nullopt : std::optional(value);
}

}  // namespace

std::optional<std::uint64_t> read_code_pointer(ByteCursor& cursor, std::uint8_t encoding,
                                               std::uint64_t cursor_address) {
  const unsigned application = encoding & kPointerApplication;
  const bool known = application == kPointerAbsolute || application == kPointerRelative;
  if ((encoding & kPointerIndirect) != 0 || !known) {
    return std::nullopt;
  }
  const std::uint64_t place = cursor_address + cursor.position();
  auto value = read_format(cursor, encoding & kPointerFormat);
  if (value && application == kPointerRelative) {
    *value += place;
  }
  return value;
}

std::optional<std::uint64_t> read_code_length(ByteCursor& cursor, std::uint8_t encoding) {
  return read_format(cursor, encoding & kPointerFormat);
}

bool skip_pointer(ByteCursor& cursor, std::uint8_t encoding, std::uint64_t cursor_address) {
  if (encoding == kPointerOmitted) {
    return true;
  }
  if ((encoding & kPointerApplication) == kPointerAligned) {
    const std::uint64_t place = cursor_address + cursor.position();
    cursor.take((kAddressBytes - place % kAddressBytes) % kAddressBytes);
  }
  return read_format(cursor, encoding & kPointerFormat).has_value();
}

}  // namespace culprit
