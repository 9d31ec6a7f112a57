// SPDX-License-Identifier: Apache-2.0
#include "probes/host/counter_text.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace culprit {
namespace {

/// The "total=" of one line of a pressure file, in microseconds.
std::optional<std::chrono::nanoseconds> stalled(std::string_view text, std::string_view key) {
  const auto line = after_key(text, key);
  const std::size_t total = line ? line->find("total=") : std::string_view::npos;
  if (total == std::string_view::npos) {
    return std::nullopt;
  }
  const std::vector<std::uint64_t> numbers = numbers_in(line->substr(total + 6));
  if (numbers.empty()) {
    return std::nullopt;
  }
  return std::chrono::nanoseconds(numbers.front() * 1000);
}

}  // namespace

std::optional<std::string_view> after_key(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    if (line.size() > key.size() && line.substr(0, key.size()) == key &&
        (line[key.size()] == ' ' || line[key.size()] == ':')) {
      return line.substr(key.size() + 1);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key) {
  const auto line = after_key(text, key);
  return line ? single_number(*line) : std::nullopt;
}

std::vector<std::uint64_t> numbers_in(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  for (;;) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
      text.remove_prefix(1);
    }
    std::uint64_t number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec != std::errc()) {
      return numbers;
    }
    numbers.push_back(number);
    text.remove_prefix(static_cast<std::size_t>(result.ptr - text.data()));
  }
}

std::optional<std::uint64_t> single_number(std::string_view text) {
  const std::vector<std::uint64_t> numbers = numbers_in(text);
  return numbers.empty() ? std::nullopt : std::optional(numbers.front());
}

std::optional<Pressure> parse_pressure(std::string_view text) {
  const auto some = stalled(text, "some");
  if (!some) {
    return std::nullopt;
  }
  // Before 5.13 the CPU's file has no "full" line.
  return Pressure{*some, stalled(text, "full").value_or(std::chrono::nanoseconds(0))};
}

}  // namespace culprit
