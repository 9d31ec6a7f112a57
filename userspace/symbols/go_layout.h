// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "symbols/byte_source.h"

namespace culprit {

/// The generations of Go's table of functions, named after the versions that began
/// them: 1.2, 1.16...
enum class GoVersion : std::uint8_t { Go12, Go116, Go118, Go120 };

/// Where Go's table of functions (the "pclntab") lies in a file and how it is laid out. Offsets are
/// from its beginning unless they say otherwise.
struct GoLayout {
  GoVersion version = GoVersion::Go12;
  std::uint64_t file_offset = 0;
  std::uint64_t size = 0;     ///< at most; the table itself does not tell
  std::uint32_t quantum = 1;  ///< addresses advance in steps of it
  std::uint32_t pointer_bytes = 8;
  std::uint64_t function_count = 0;
  std::uint64_t text_start = 0;  ///< 0 before Go 1.18, where addresses are absolute
  std::uint64_t names = 0;       ///< names of functions
  std::uint64_t units = 0;       ///< numbers of files, by compilation unit
  std::uint64_t files = 0;       ///< names of files; before Go 1.16 offsets of such names
  std::uint64_t values = 0;      ///< tables of values by address
  std::uint64_t functions = 0;   ///< pairs of address and record, the last with an address only
  std::uint64_t records = 0;     ///< what the records' offsets count from

  /// Bytes of an address, and of an offset, in the list of functions.
  [[nodiscard]] std::size_t entry_bytes() const {
    return version >= GoVersion::Go118 ? 4 : pointer_bytes;
  }
};

/// Reads the table's header at that place. Error: no such table, or one that does not fit in.
Result<GoLayout> read_go_layout(const ByteSource& source, std::uint64_t file_offset,
                                std::uint64_t size);

/// Whether eight bytes look like the beginning of such a table.
bool begins_go_table(const std::byte* bytes);

}  // namespace culprit
