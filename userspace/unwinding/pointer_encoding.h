// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "unwinding/byte_cursor.h"

namespace culprit {

/// How exception handling tables write addresses (DW_EH_PE_*).
enum PointerEncoding : std::uint8_t {
  kPointerAbsolute = 0x00,
  kPointerFormat = 0x0f,       ///< the part that says how many bytes, and whether signed
  kPointerApplication = 0x70,  ///< the part that says what it is relative to
  kPointerRelative = 0x10,     ///< to the pointer's own place
  kPointerAligned = 0x50,
  kPointerIndirect = 0x80,  ///< the address of the address
  kPointerOmitted = 0xff,
};

/// Reads an address of code. `cursor_address` is the address of the cursor's first byte. Nothing
/// when the bytes are not there or the address depends on what only a process knows.
std::optional<std::uint64_t> read_code_pointer(ByteCursor& cursor, std::uint8_t encoding,
                                               std::uint64_t cursor_address);

/// Reads the number of bytes of code that goes with it.
std::optional<std::uint64_t> read_code_length(ByteCursor& cursor, std::uint8_t encoding);

/// Reads over a pointer of any encoding; false when that cannot be done.
bool skip_pointer(ByteCursor& cursor, std::uint8_t encoding, std::uint64_t cursor_address);

}  // namespace culprit
