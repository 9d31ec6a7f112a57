// SPDX-License-Identifier: Apache-2.0
#include "symbols/go_layout.h"

#include <array>
#include <cstring>
#include <optional>
#include <span>

namespace culprit {
namespace {

constexpr std::size_t kFixedBytes = 8;
constexpr std::uint64_t kMaxFunctions = 4'000'000;

struct Beginning {
  std::uint32_t magic = 0;
  std::uint16_t zero = 0;
  std::uint8_t quantum = 0;
  std::uint8_t pointer_bytes = 0;
};
static_assert(sizeof(Beginning) == kFixedBytes);

std::optional<GoVersion> version_of(std::uint32_t magic) {
  switch (magic) {
    case 0xFFFFFFFB:
      return GoVersion::Go12;
    case 0xFFFFFFFA:
      return GoVersion::Go116;
    case 0xFFFFFFF0:
      return GoVersion::Go118;
    case 0xFFFFFFF1:
      return GoVersion::Go120;
    default:
      return std::nullopt;
  }
}

/// The header's words after its fixed part.
using Words = std::array<std::uint64_t, 8>;

Words read_words(const ByteSource& source, const GoLayout& layout) {
  Words words{};
  std::uint64_t offset = layout.file_offset + kFixedBytes;
  for (std::uint64_t& word : words) {
    const auto bytes = std::as_writable_bytes(std::span(&word, 1)).first(layout.pointer_bytes);
    if (!source.read(offset, bytes)) {
      break;
    }
    offset += layout.pointer_bytes;
  }
  return words;
}

/// Go 1.2: the list of functions follows at once, then the offset of the list of files.
void lay_out_1_2(const ByteSource& source, const Words& words, GoLayout& layout) {
  layout.function_count = words[0];
  layout.functions = kFixedBytes + layout.pointer_bytes;
  const std::uint64_t list_bytes = (2 * layout.function_count + 1) * layout.pointer_bytes;
  std::uint32_t files = UINT32_MAX;
  const bool read =
      list_bytes < layout.size && source.read(layout.file_offset + layout.functions + list_bytes,
                                              std::as_writable_bytes(std::span(&files, 1)));
  layout.files = read ? files : UINT64_MAX;
}

void lay_out_later(const Words& words, GoLayout& layout) {
  // functions, files, (the text's start,) then where each part begins.
  const std::size_t parts = layout.version >= GoVersion::Go118 ? 3 : 2;
  layout.function_count = words[0];
  layout.text_start = parts == 3 ? words[2] : 0;
  layout.names = words.at(parts);
  layout.units = words.at(parts + 1);
  layout.files = words.at(parts + 2);
  layout.values = words.at(parts + 3);
  layout.functions = words.at(parts + 4);
  layout.records = layout.functions;
}

bool fits(const GoLayout& layout) {
  for (const std::uint64_t part :
       {layout.names, layout.units, layout.files, layout.values, layout.functions}) {
    if (part >= layout.size) {
      return false;
    }
  }
  const std::uint64_t list_bytes = (2 * layout.function_count + 1) * layout.entry_bytes();
  return list_bytes <= layout.size - layout.functions;
}

}  // namespace

bool begins_go_table(const std::byte* bytes) {
  Beginning begin{};
  std::memcpy(&begin, bytes, sizeof begin);
  const bool known_step = begin.quantum == 1 || begin.quantum == 2 || begin.quantum == 4;
  const bool known_size = begin.pointer_bytes == 4 || begin.pointer_bytes == 8;
  return version_of(begin.magic).has_value() && begin.zero == 0 && known_step && known_size;
}

Result<GoLayout> read_go_layout(const ByteSource& source, std::uint64_t file_offset,
                                std::uint64_t size) {
  std::array<std::byte, kFixedBytes> bytes{};
  if (file_offset > source.size() || size > source.size() - file_offset ||
      !source.read(file_offset, bytes) || !begins_go_table(bytes.data())) {
    return Error("no table of Go functions");
  }
  Beginning begin{};
  std::memcpy(&begin, bytes.data(), sizeof begin);
  GoLayout layout{.version = *version_of(begin.magic),
                  .file_offset = file_offset,
                  .size = size,
                  .quantum = begin.quantum,
                  .pointer_bytes = begin.pointer_bytes};
  const Words words = read_words(source, layout);
  if (words[0] == 0 || words[0] > kMaxFunctions) {
    return Error("a table of Go functions with an impossible number of them");
  }
  if (layout.version == GoVersion::Go12) {
    lay_out_1_2(source, words, layout);
  } else {
    lay_out_later(words, layout);
  }
  if (!fits(layout)) {
    return Error("a table of Go functions that lies about its parts");
  }
  return layout;
}

}  // namespace culprit
