// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "unwinding/byte_cursor.h"

namespace culprit {

/// How exception handling tables write addresses (DW_EH_PE_*).
inline constexpr std::uint8_t kPointerAbsolute = 0x00;
inline constexpr std::uint8_t kPointerRelative = 0x10;  ///< to the pointer's own place
inline constexpr std::uint8_t kPointerAligned = 0x50;
inline constexpr std::uint8_t kPointerIndirect = 0x80;  ///< the address of the address
inline constexpr std::uint8_t kPointerOmitted = 0xff;
/// The parts that say how many bytes there are, and what they are relative to.
inline constexpr std::uint8_t kPointerFormat = 0x0f;
inline constexpr std::uint8_t kPointerApplication = 0x70;

/// Reads an address of code. `cursor_address` is the address of the cursor's first byte. Nothing
/// when the bytes are not there or the address depends on what only a process knows.
std::optional<std::uint64_t> read_code_pointer(ByteCursor& cursor, std::uint8_t encoding,
                                               std::uint64_t cursor_address);

/// Reads the number of bytes of code that goes with it.
std::optional<std::uint64_t> read_code_length(ByteCursor& cursor, std::uint8_t encoding);

/// Reads over a pointer of any encoding; false when that cannot be done.
bool skip_pointer(ByteCursor& cursor, std::uint8_t encoding, std::uint64_t cursor_address);

}  // namespace culprit
