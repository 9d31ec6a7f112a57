// SPDX-License-Identifier: Apache-2.0
// Finds Go's table of functions in a file.
#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "symbols/go_table.h"

namespace culprit {
namespace {

constexpr std::uint64_t kMaxSearchedBytes = std::uint64_t{64} * 1024 * 1024;
constexpr std::size_t kWindowBytes = std::size_t{128} * 1024;
/// The table is aligned at least like this.
constexpr std::size_t kAlignment = 8;

constexpr std::array kTableSections = {std::string_view(".gopclntab"),
                                       std::string_view(".data.rel.ro.gopclntab")};
constexpr std::array kSectionsOfGo = {std::string_view(".go.buildinfo"),
                                      std::string_view(".note.go.buildid")};
constexpr std::array kSearchedSections = {std::string_view(".data.rel.ro"),
                                          std::string_view(".rodata")};
/// Where the runtime's description of the program lies, which begins with the table's address.
constexpr std::array kModuleSections = {std::string_view(".go.module"),
                                        std::string_view(".noptrdata"), std::string_view(".data"),
                                        std::string_view(".data.rel.ro")};

struct Part {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

/// Calls `is_it` with the place of every eight bytes until it says yes; where that was.
template <typename Test>
std::optional<std::uint64_t> search(const ByteSource& source, Part part, const Test& is_it) {
  std::vector<std::byte> window(kWindowBytes);
  std::uint64_t offset = (part.offset + kAlignment - 1) / kAlignment * kAlignment;
  const std::uint64_t end = part.offset + std::min(part.size, kMaxSearchedBytes);
  while (offset + kAlignment <= end && end <= source.size()) {
    const auto bytes = std::span(window).first(std::min<std::uint64_t>(kWindowBytes, end - offset));
    if (!source.read(offset, bytes)) {
      return std::nullopt;
    }
    for (std::size_t at = 0; at + kAlignment <= bytes.size(); at += kAlignment) {
      if (is_it(bytes.data() + at, offset + at)) {
        return offset + at;
      }
    }
    offset += bytes.size() / kAlignment * kAlignment;
  }
  return std::nullopt;
}

std::optional<GoLayout> search_layout(const ByteSource& source, Part part) {
  std::optional<GoLayout> found;
  search(source, part, [&](const std::byte* bytes, std::uint64_t offset) {
    if (begins_go_table(bytes)) {
      auto layout = read_go_layout(source, offset, part.offset + part.size - offset);
      found = layout ? std::optional(*layout) : std::nullopt;
    }
    return found.has_value();
  });
  return found;
}

std::optional<GoLayout> find_layout(const ElfImage& image, const ByteSource& source) {
  for (const std::string_view name : kTableSections) {
    if (const auto section = image.section_named(name, source)) {
      auto layout = read_go_layout(source, section->file_offset, section->size);
      return layout ? std::optional(*layout) : std::nullopt;
    }
  }
  const bool is_go = std::ranges::any_of(kSectionsOfGo, [&](std::string_view name) {
    return image.section_named(name, source).has_value();
  });
  std::vector<Part> parts;
  if (is_go) {
    for (const std::string_view name : kSearchedSections) {
      if (const auto section = image.section_named(name, source)) {
        parts.push_back({.offset = section->file_offset, .size = section->size});
      }
    }
  } else if (image.sections().empty()) {
    for (const ElfSegment& segment : image.segments()) {
      parts.push_back({.offset = segment.file_offset, .size = segment.file_size});
    }
  }
  for (const Part& part : parts) {
    const bool inside = part.offset <= source.size() && part.size <= source.size() - part.offset;
    if (auto layout = inside ? search_layout(source, part) : std::nullopt) {
      return layout;
    }
  }
  return std::nullopt;
}

/// Address of the data that describes inlined calls, from the runtime's description of the program:
/// a struct of 64-bit words, of which these are known by their index.
std::optional<std::uint64_t> find_inline_data(const ElfImage& image, const ByteSource& source,
                                              const GoLayout& layout, std::uint64_t table) {
  constexpr std::size_t kNames = 1;
  constexpr std::size_t kWords = 41;
  const std::size_t inline_data = layout.version == GoVersion::Go120 ? 40 : 38;
  std::array<std::uint64_t, kWords> words{};
  for (const std::string_view name : kModuleSections) {
    const auto section = image.section_named(name, source);
    if (!section) {
      continue;
    }
    const auto found =
        search(source, {section->file_offset, section->size},
               [&](const std::byte* bytes, std::uint64_t offset) {
                 return std::memcmp(bytes, &table, sizeof table) == 0 &&
                        source.read(offset, std::as_writable_bytes(std::span(words))) &&
                        words[kNames] == table + layout.names;
               });
    if (found) {
      return words.at(inline_data);
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<GoTable> GoTable::find(const ElfImage& image, const ByteSource& source) {
  const auto layout = find_layout(image, source);
  if (!layout) {
    return std::nullopt;
  }
  const auto text = image.section_named(".text", source);
  GoTable table(source, *layout, text ? text->address : 0);
  const auto address = image.address_of(layout->file_offset);
  if (layout->version >= GoVersion::Go118 && layout->pointer_bytes == 8 && address) {
    if (const auto data = find_inline_data(image, source, *layout, *address)) {
      table.set_inline_data(image, *data);
    }
  }
  return table;
}

}  // namespace culprit
