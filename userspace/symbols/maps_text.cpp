// SPDX-License-Identifier: Apache-2.0
#include "symbols/maps_text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace culprit {
namespace {

std::string_view take_until(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

template <typename Number>
bool parse(std::string_view field, int base, Number& value) {
  const auto [end, failure] =
      std::from_chars(field.data(), field.data() + field.size(), value, base);
  return failure == std::errc{} && end == field.data() + field.size();
}

/// start-end perms offset major:minor inode   path
std::optional<MapsLine> parse_line(std::string_view line) {
  MapsLine mapping;
  bool understood = parse(take_until(line, '-'), 16, mapping.start);
  understood &= parse(take_until(line, ' '), 16, mapping.end);
  const std::string_view permissions = take_until(line, ' ');
  understood &= parse(take_until(line, ' '), 16, mapping.file_offset);
  understood &= parse(take_until(line, ':'), 16, mapping.device_major);
  understood &= parse(take_until(line, ' '), 16, mapping.device_minor);
  understood &= parse(take_until(line, ' '), 10, mapping.inode);
  const bool executable = permissions.size() >= 3 && permissions[2] == 'x';
  if (!understood || !executable || mapping.start >= mapping.end) {
    return std::nullopt;
  }
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  mapping.path = line;
  return mapping;
}

}  // namespace

std::vector<MapsLine> executable_mappings(std::string_view text, std::size_t limit) {
  std::vector<MapsLine> mappings;
  while (!text.empty() && mappings.size() < limit) {
    const bool whole = text.find('\n') != std::string_view::npos;
    const auto mapping = parse_line(take_until(text, '\n'));
    if (mapping && whole) {
      mappings.push_back(*mapping);
    }
  }
  return mappings;
}

}  // namespace culprit
