// SPDX-License-Identifier: Apache-2.0
#include "base/display_text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace culprit {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t length = 0;  ///< 0: the bytes are not valid UTF-8
};

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

/// Decodes one code point; overlong forms, surrogates and values above U+10FFFF are invalid.
CodePoint decode(std::string_view bytes) {
  const auto lead = static_cast<unsigned char>(bytes.front());
  if (lead < 0x80U) {
    return {lead, 1};
  }
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t smallest = 0;
  if ((lead & 0xE0U) == 0xC0U) {
    length = 2, value = lead & 0x1FU, smallest = 0x80;
  } else if ((lead & 0xF0U) == 0xE0U) {
    length = 3, value = lead & 0x0FU, smallest = 0x800;
  } else if ((lead & 0xF8U) == 0xF0U) {
    length = 4, value = lead & 0x07U, smallest = 0x10000;
  }
  if (length == 0 || bytes.size() < length) {
    return {};
  }
  for (std::size_t index = 1; index < length; ++index) {
    if (!is_continuation(bytes[index])) {
      return {};
    }
    value = (value << 6U) | (static_cast<unsigned char>(bytes[index]) & 0x3FU);
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value < smallest || value > 0x10FFFF || surrogate) {
    return {};
  }
  return {value, length};
}

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// Control, zero-width, direction-changing, variation, tag and private-use code points: what could
/// change how the text around it is shown. From Unicode's general categories Cc, Cf, Co, Zl, Zp.
constexpr std::array kHidden = {
    Range{0x00, 0x1F},       Range{0x7F, 0x9F},        Range{0xAD, 0xAD},     Range{0x61C, 0x61C},
    Range{0x180E, 0x180E},   Range{0x200B, 0x200F},    Range{0x2028, 0x202E}, Range{0x2060, 0x206F},
    Range{0xFE00, 0xFE0F},   Range{0xFEFF, 0xFEFF},    Range{0xFFF0, 0xFFFB}, Range{0xE000, 0xF8FF},
    Range{0xE0000, 0xE0FFF}, Range{0xF0000, 0x10FFFF},
};

bool is_hidden(std::uint32_t value) {
  return std::ranges::any_of(
      kHidden, [value](const Range& range) { return value >= range.first && value <= range.last; });
}

std::string escaped(const char* format, unsigned value) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

}  // namespace

std::string displayable(std::string_view bytes, std::size_t max_bytes) {
  constexpr std::string_view kCut = "...";
  std::string text;
  while (!bytes.empty()) {
    const CodePoint point = decode(bytes);
    std::string piece;
    if (point.length == 0) {
      piece = escaped("\\x%02X", static_cast<unsigned char>(bytes.front()));
    } else if (is_hidden(point.value)) {
      piece =
          point.value < 0x80 ? escaped("\\x%02X", point.value) : escaped("\\u{%04X}", point.value);
    } else {
      piece = std::string(bytes.substr(0, point.length));
    }
    if (text.size() + piece.size() > max_bytes) {
      while (!text.empty() && text.size() + kCut.size() > max_bytes) {
        while (text.size() > 1 && is_continuation(text.back())) {
          text.pop_back();
        }
        text.pop_back();
      }
      return max_bytes < kCut.size() ? text : text + std::string(kCut);
    }
    text += piece;
    bytes.remove_prefix(point.length == 0 ? 1 : point.length);
  }
  return text;
}

}  // namespace culprit
