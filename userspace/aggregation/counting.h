// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>

#include "base/display_text.h"

namespace culprit {

/// The sum, or the largest number when the sum does not fit: a count never starts again at 0.
constexpr std::uint64_t saturating_sum(std::uint64_t left, std::uint64_t right) {
  return left > std::numeric_limits<std::uint64_t>::max() - right
             ? std::numeric_limits<std::uint64_t>::max()
             : left + right;
}

/// How far a counter that only grows has come; 0 when it went back.
template <typename Number>
constexpr Number growth(Number from, Number to) {
  return to > from ? to - from : Number{};
}

constexpr std::uint32_t saturating_narrow(std::uint64_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

/// Mixes one more number into a hash.
constexpr std::size_t mixed_hash(std::size_t seed, std::uint64_t value) {
  std::uint64_t mixed = (seed ^ value) * 0x9E3779B97F4A7C15ULL;
  mixed ^= mixed >> 32U;
  return mixed;
}

/// Adds to the count of a stranger's text, made displayable. From `limit` distinct texts on new
/// ones are counted together as "other".
inline void count_text(std::map<std::string, std::uint64_t>& counts, std::string_view text,
                       std::uint64_t count, std::size_t limit) {
  std::string shown = displayable(text);
  if (counts.size() >= limit && !counts.contains(shown)) {
    shown = "other";
  }
  std::uint64_t& total = counts[shown];
  total = saturating_sum(total, count);
}

}  // namespace culprit
