// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "samples/usage.h"

namespace culprit {

// Members that are lists stand in their cell as JSON, which SQLite's own functions can read.

using Gaps = std::array<std::uint32_t, 16>;

std::string json_of(const Gaps& gaps);
std::string json_of(const Pressure& pressure);
std::string json_of(const std::vector<DiskUsage>& disks);
std::string json_of(const std::vector<std::string>& texts);
std::string json_of(const std::map<std::string, std::string>& texts);

/// False when the text is not what json_of writes.
bool from_json(std::string_view text, Gaps& gaps);
bool from_json(std::string_view text, Pressure& pressure);
bool from_json(std::string_view text, std::vector<DiskUsage>& disks);
bool from_json(std::string_view text, std::vector<std::string>& texts);
bool from_json(std::string_view text, std::map<std::string, std::string>& texts);

}  // namespace culprit
