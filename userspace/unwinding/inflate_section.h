// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"
#include "symbols/elf_image.h"

namespace culprit {

/// The content of a section that is marked SHF_COMPRESSED, in a 64-bit file. Error: the method is
/// not zlib, the result is larger than `max_bytes` or not as large as promised.
Result<std::vector<std::byte>> inflate_section(const ByteSource& source, const ElfSection& section,
                                               std::uint64_t max_bytes);

}  // namespace culprit
