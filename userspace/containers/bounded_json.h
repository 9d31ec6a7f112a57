// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace culprit {

/// Parses JSON that may be hostile: deeper than 32 levels or with more than 200,000 values, the
/// rest is left out, so that memory stays bounded by the text's size. Nothing when it is not JSON.
std::optional<nlohmann::json> parse_bounded_json(std::string_view text);

/// The member `key` of `object`, or a null value when there is none or `object` is no object.
const nlohmann::json& member(const nlohmann::json& object, const char* key);

/// The member as displayable text of at most `max_bytes`; empty when it is no string.
std::string text_member(const nlohmann::json& object, const char* key, std::size_t max_bytes = 256);

/// The member as a number that is not negative; nothing when it is none.
std::optional<std::uint64_t> number_member(const nlohmann::json& object, const char* key);

/// The first 64 text members of an object of labels or annotations, displayable.
std::map<std::string, std::string> label_members(const nlohmann::json& labels);

}  // namespace culprit
