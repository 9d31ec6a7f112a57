// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "symbols/byte_source.h"
#include "symbols/elf_image.h"

namespace culprit {

/// What a stripped file says about the file that has its symbols (.gnu_debuglink).
struct DebugLink {
  std::string file_name;  ///< a plain name, never a path
  std::uint32_t checksum = 0;

  bool operator==(const DebugLink&) const = default;
};

/// Nothing when there is none, or none that can be believed.
std::optional<DebugLink> read_debug_link(const ElfImage& image, const ByteSource& source);

/// The checksum of a whole file as a debug link has it; nothing when it cannot be read.
std::optional<std::uint32_t> debug_link_checksum(const ByteSource& source);

/// Whether `debug` is the debug file of a file with that image and link: the same build-id; where
/// one of them has none, the checksum.
bool belongs_to(const ElfImage& debug, const ByteSource& debug_source, const ElfImage& file,
                const std::optional<DebugLink>& link);

}  // namespace culprit
