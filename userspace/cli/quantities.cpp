// SPDX-License-Identifier: Apache-2.0
#include "cli/quantities.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>

#include "base/display_text.h"

namespace culprit {
namespace {

struct NumberWithUnit {
  double number = 0;
  std::string_view unit;
};

std::string_view without_leading_spaces(std::string_view text) {
  const std::size_t start = text.find_first_not_of(' ');
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

std::optional<NumberWithUnit> split_number(std::string_view text) {
  NumberWithUnit parts;
  const char* end = text.data() + text.size();
  const auto [rest, failure] =
      std::from_chars(text.data(), end, parts.number, std::chars_format::fixed);
  // from_chars also reads "inf" and "nan".
  if (failure != std::errc() || !std::isfinite(parts.number)) {
    return std::nullopt;
  }
  parts.unit = without_leading_spaces(text.substr(static_cast<std::size_t>(rest - text.data())));
  return parts;
}

std::optional<double> milliseconds_per(std::string_view unit) {
  struct Unit {
    std::string_view name;
    double milliseconds;
  };
  static constexpr std::array<Unit, 6> kUnits = {
      {{"", 1e3}, {"ms", 1.0}, {"s", 1e3}, {"m", 60e3}, {"min", 60e3}, {"h", 3600e3}}};
  for (const Unit& known : kUnits) {
    if (known.name == unit) {
      return known.milliseconds;
    }
  }
  return std::nullopt;
}

Error complaint(std::string_view text, std::string_view what) {
  return Error(fmt::format("\"{}\" {}", displayable(text, 64), what));
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::optional<NumberWithUnit> parts = split_number(text);
  if (!parts) {
    return complaint(text, "is not a duration; write for example 10s, 500ms or 2m");
  }
  const std::optional<double> factor = milliseconds_per(parts->unit);
  if (!factor) {
    return complaint(text, fmt::format("has a unit that is not known, \"{}\"; known are ms, s, m "
                                       "and h, as in 10s",
                                       displayable(parts->unit, 32)));
  }
  const double milliseconds = parts->number * *factor;
  if (milliseconds <= 0) {
    return complaint(text, "is no time to observe; write for example 10s");
  }
  if (milliseconds < static_cast<double>(kShortestDuration.count())) {
    return complaint(text, "is too short to see anything; the shortest is 100ms");
  }
  if (milliseconds > static_cast<double>(kLongestDuration.count())) {
    return complaint(text, "is too long for one investigation; the longest is 1h");
  }
  return std::chrono::milliseconds(std::llround(milliseconds));
}

Result<std::uint32_t> parse_frequency(std::string_view text) {
  std::int64_t frequency = 0;
  const char* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, frequency);
  if (failure == std::errc::invalid_argument || rest != end) {
    return complaint(text, "is not a whole number of samples per second; the default is 99");
  }
  if (failure != std::errc() || frequency < 1 || frequency > kHighestFrequency) {
    return complaint(text,
                     fmt::format("is out of range: 1 to {} samples per second", kHighestFrequency));
  }
  return static_cast<std::uint32_t>(frequency);
}

Result<double> parse_confidence(std::string_view text) {
  const std::optional<NumberWithUnit> parts = split_number(text);
  if (!parts || !parts->unit.empty() || parts->number < 0 || parts->number > 1) {
    return complaint(text, "is not a confidence; write a number from 0 to 1, as in 0.8");
  }
  return parts->number;
}

Result<double> parse_share(std::string_view text) {
  const std::optional<NumberWithUnit> parts = split_number(text);
  if (!parts || (parts->unit != "%" && !parts->unit.empty())) {
    return complaint(text, "is not a share; write for example 2%");
  }
  const double share = parts->unit == "%" ? parts->number / 100 : parts->number;
  if (share <= 0 || share > 1) {
    return complaint(text, "is out of range: above 0% and up to 100%, as in 2%");
  }
  return share;
}

}  // namespace culprit
