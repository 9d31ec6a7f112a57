// SPDX-License-Identifier: Apache-2.0
#include "symbols/debug_link.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

namespace culprit {
namespace {

constexpr std::size_t kMaxLinkBytes = 264;
/// Longer files have a build-id, or wait for a checksum for too long.
constexpr std::uint64_t kMaxChecksumBytes = std::uint64_t{256} * 1024 * 1024;
constexpr std::size_t kWindowBytes = std::size_t{128} * 1024;

bool is_plain(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

}  // namespace

/// A name, zeros up to a multiple of four, the checksum.
std::optional<DebugLink> read_debug_link(const ElfImage& image, const ByteSource& source) {
  const auto section = image.section_named(".gnu_debuglink", source);
  std::array<char, kMaxLinkBytes> text{};
  if (!section || section->size > text.size()) {
    return std::nullopt;
  }
  const auto part = std::span(text).first(section->size);
  if (!source.read(section->file_offset, std::as_writable_bytes(part))) {
    return std::nullopt;
  }
  const auto end = std::ranges::find(part, '\0');
  DebugLink link{.file_name = {part.begin(), end}, .checksum = 0};
  const std::size_t checksum_at = (link.file_name.size() + 1 + 3) / 4 * 4;
  if (end == part.end() || !is_plain(link.file_name) ||
      checksum_at + sizeof link.checksum > part.size()) {
    return std::nullopt;
  }
  std::memcpy(&link.checksum, part.data() + checksum_at, sizeof link.checksum);
  return link;
}

std::optional<std::uint32_t> debug_link_checksum(const ByteSource& source) {
  if (source.size() > kMaxChecksumBytes) {
    return std::nullopt;
  }
  std::vector<std::byte> window(kWindowBytes);
  uLong checksum = ::crc32(0, nullptr, 0);
  for (std::uint64_t offset = 0; offset < source.size();) {
    const auto part =
        std::span(window).first(std::min<std::uint64_t>(window.size(), source.size() - offset));
    if (!source.read(offset, part)) {
      return std::nullopt;
    }
    checksum = ::crc32(checksum, reinterpret_cast<const Bytef*>(part.data()),
                       static_cast<uInt>(part.size()));
    offset += part.size();
  }
  return static_cast<std::uint32_t>(checksum);
}

bool belongs_to(const ElfImage& debug, const ByteSource& debug_source, const ElfImage& file,
                const std::optional<DebugLink>& link) {
  if (!debug.build_id().empty() && !file.build_id().empty()) {
    return debug.build_id() == file.build_id();
  }
  return link && debug_link_checksum(debug_source) == link->checksum;
}

}  // namespace culprit
