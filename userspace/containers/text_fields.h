// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace culprit {

/// Cuts a text at each `separator`; empty pieces are left out, unless `at_most` pieces are asked
/// for: then all count, and the last one holds the rest, separators included.
inline std::vector<std::string_view> fields(std::string_view text, char separator,
                                            std::size_t at_most = 0) {
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  while (begin <= text.size()) {
    const bool last = at_most != 0 && pieces.size() + 1 == at_most;
    const std::size_t found = last ? std::string_view::npos : text.find(separator, begin);
    const std::size_t end = found == std::string_view::npos ? text.size() : found;
    if (end > begin || at_most != 0) {
      pieces.push_back(text.substr(begin, end - begin));
    }
    begin = end + 1;
  }
  return pieces;
}

/// A whole text as an unsigned decimal number; spaces and line ends around it are allowed.
inline std::optional<std::uint64_t> to_number(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) {
    return std::nullopt;
  }
  text = text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
  std::uint64_t number = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return number;
}

/// The kernel writes spaces and the like in mount points as \NNN, octal.
inline std::string unescape_octal(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    unsigned value = 0;
    const bool escaped =
        text.size() >= 4 && text.front() == '\\' &&
        std::from_chars(text.data() + 1, text.data() + 4, value, 8).ptr == text.data() + 4 &&
        value < 256;
    plain += escaped ? static_cast<char>(value) : text.front();
    text.remove_prefix(escaped ? 4 : 1);
  }
  return plain;
}

}  // namespace culprit
