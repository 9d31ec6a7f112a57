// SPDX-License-Identifier: Apache-2.0
#include "containers/bounded_json.h"

#include "base/display_text.h"

namespace culprit {

std::optional<nlohmann::json> parse_bounded_json(std::string_view text) {
  constexpr int kMaxDepth = 32;
  constexpr std::size_t kMaxValues = 200000;
  std::size_t values = 0;
  const auto keep = [&values](int depth, nlohmann::json::parse_event_t /*event*/,
                              nlohmann::json& /*parsed*/) {
    return depth <= kMaxDepth && ++values <= kMaxValues;
  };
  nlohmann::json parsed =
      nlohmann::json::parse(text.begin(), text.end(), keep, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) {
    return std::nullopt;
  }
  return parsed;
}

const nlohmann::json& member(const nlohmann::json& object, const char* key) {
  static const nlohmann::json kAbsent;
  if (!object.is_object()) {
    return kAbsent;
  }
  const auto found = object.find(key);
  return found == object.end() ? kAbsent : *found;
}

std::string text_member(const nlohmann::json& object, const char* key, std::size_t max_bytes) {
  const auto* text = member(object, key).get_ptr<const nlohmann::json::string_t*>();
  return text == nullptr ? std::string() : displayable(*text, max_bytes);
}

std::optional<std::uint64_t> number_member(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = member(object, key);
  if (const auto* number = value.get_ptr<const nlohmann::json::number_unsigned_t*>()) {
    return *number;
  }
  const auto* number = value.get_ptr<const nlohmann::json::number_integer_t*>();
  return number == nullptr || *number < 0 ? std::nullopt
                                          : std::optional(static_cast<std::uint64_t>(*number));
}

std::map<std::string, std::string> label_members(const nlohmann::json& labels) {
  constexpr std::size_t kMaxLabels = 64;
  std::map<std::string, std::string> result;
  if (!labels.is_object()) {
    return result;
  }
  for (const auto& [key, value] : labels.items()) {
    const auto* text = value.get_ptr<const nlohmann::json::string_t*>();
    if (text != nullptr && result.size() < kMaxLabels) {
      result.emplace(displayable(key, 128), displayable(*text, 256));
    }
  }
  return result;
}

}  // namespace culprit
