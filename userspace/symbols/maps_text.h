// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace culprit {

/// One executable line of /proc/PID/maps.
struct MapsLine {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t file_offset = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::uint64_t inode = 0;
  std::string_view path;  ///< points into the text; a stranger's bytes
};

/// The executable mappings in the text of /proc/PID/maps, in its order, at most `limit`. Lines that
/// are not understood (the last one of a text that was cut) are left out.
std::vector<MapsLine> executable_mappings(std::string_view text, std::size_t limit);

}  // namespace culprit
