// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace culprit {

inline constexpr std::chrono::milliseconds kShortestDuration{100};
inline constexpr std::chrono::milliseconds kLongestDuration = std::chrono::hours(1);
/// Above it one sample costs more than the time until the next is worth.
inline constexpr std::uint32_t kHighestFrequency = 5000;

/// "10s", "500ms", "2m", "1h", or a plain number of seconds. The error is a whole sentence.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Samples per second and CPU, 1 to kHighestFrequency.
Result<std::uint32_t> parse_frequency(std::string_view text);

/// A number from 0 to 1.
Result<double> parse_confidence(std::string_view text);

/// "2%" or "0.02": above 0, up to the whole.
Result<double> parse_share(std::string_view text);

}  // namespace culprit
