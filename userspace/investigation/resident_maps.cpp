// SPDX-License-Identifier: Apache-2.0
#include "investigation/resident_maps.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>

#include "base/text_file.h"

namespace culprit {
namespace {

constexpr std::size_t kSmapsLimit = std::size_t{8} << 20U;

/// A mapping's first line begins with its addresses; the lines about it with a word and a colon.
bool begins_mapping(std::string_view line) {
  const std::size_t dash = line.find('-');
  return dash != std::string_view::npos && dash < line.find(' ');
}

}  // namespace

std::uint64_t resident_map_bytes(const std::string& smaps) {
  constexpr std::string_view kBpfMap = "anon_inode:bpf-map";
  constexpr std::string_view kResident = "Rss:";
  constexpr std::uint64_t kKibibyte = 1024;
  const auto text = read_text_file(smaps, kSmapsLimit);
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  std::uint64_t kibibytes = 0;
  bool of_map = false;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (begins_mapping(line)) {
      of_map = line.ends_with(kBpfMap);
    } else if (of_map && line.starts_with(kResident)) {
      const std::size_t digits = line.find_first_of("0123456789");
      std::uint64_t number = 0;
      if (digits != std::string_view::npos) {
        std::from_chars(line.data() + digits, line.data() + line.size(), number);
      }
      kibibytes += number;
    }
  }
  return kibibytes * kKibibyte;
}

}  // namespace culprit
