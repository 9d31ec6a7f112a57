// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace culprit {

/// Ten years: no sum of two such times leaves 64 bits, so that arithmetic on what a stranger's file
/// says stays defined.
inline constexpr std::chrono::nanoseconds kLongestTime = std::chrono::hours(24 * 3653);

constexpr bool is_plausible(std::chrono::nanoseconds time) {
  return time >= -kLongestTime && time <= kLongestTime;
}

inline constexpr std::size_t kLongestText = 65536;
inline constexpr std::uint32_t kDeepestStack = 4096;

}  // namespace culprit
