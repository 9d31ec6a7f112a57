// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"

namespace culprit {

enum class DiffFormat : std::uint8_t { Text, Json, Svg, Html };

/// What `culprit diff` was asked for.
struct DiffOptions {
  std::string before;
  std::string after;                    ///< the same as `before` when one file was given
  std::vector<std::string> containers;  ///< of `before`, and of `after` unless `against` says more
  std::vector<std::string> against;     ///< of `after`
  DiffFormat format = DiffFormat::Text;

  [[nodiscard]] bool of_one_file() const { return before == after; }
};

/// Reads the arguments after the word "diff".
std::variant<DiffOptions, EarlyExit> parse_diff_line(const std::vector<std::string>& arguments);

}  // namespace culprit
