// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "samples/usage.h"

namespace culprit {

// How the kernel writes counters as text: lines of a key and numbers.

/// What follows `key` and a space or colon on the first line that begins so.
std::optional<std::string_view> after_key(std::string_view text, std::string_view key);

/// The first number after `key`; nothing when there is no such line or no number.
std::optional<std::uint64_t> value_of(std::string_view text, std::string_view key);

/// The numbers at the beginning of a text, up to the first thing that is none.
std::vector<std::uint64_t> numbers_in(std::string_view text);

/// A file that holds one number.
std::optional<std::uint64_t> single_number(std::string_view text);

/// A pressure-stall file; nothing when it has no "some" line.
std::optional<Pressure> parse_pressure(std::string_view text);

}  // namespace culprit
