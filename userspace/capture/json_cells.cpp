// SPDX-License-Identifier: Apache-2.0
#include "capture/json_cells.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "capture/cell_limits.h"

namespace culprit {
namespace {

using Json = nlohmann::ordered_json;

/// Texts of strangers may be no UTF-8; those of JSON must be.
std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json parsed(std::string_view text) {
  // Lists of numbers and texts only: what nests deeper is not ours.
  constexpr int kDeepest = 3;
  const auto shallow = [](int depth, Json::parse_event_t, Json&) { return depth <= kDeepest; };
  return Json::parse(text.begin(), text.end(), shallow, /*allow_exceptions=*/false);
}

bool take(const Json& value, std::uint32_t& number) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > UINT32_MAX) {
    return false;
  }
  number = value.get<std::uint32_t>();
  return true;
}

bool take(const Json& value, std::uint64_t& number) {
  if (!value.is_number_unsigned()) {
    return false;
  }
  number = value.get<std::uint64_t>();
  return true;
}

bool take(const Json& value, std::chrono::nanoseconds& duration) {
  if (!value.is_number_integer() || value.is_number_float()) {
    return false;
  }
  duration = std::chrono::nanoseconds(value.get<std::int64_t>());
  return is_plausible(duration);
}

bool take(const Json& value, std::string& text) {
  if (!value.is_string()) {
    return false;
  }
  text = value.get<std::string>();
  return true;
}

template <typename List>
bool take_each(std::string_view text, List& list) {
  const Json json = parsed(text);
  if (!json.is_array()) {
    return false;
  }
  for (const Json& value : json) {
    if (!take(value, list.emplace_back())) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::string json_of(const Gaps& gaps) {
  return dumped(Json(gaps));
}

std::string json_of(const Pressure& pressure) {
  return dumped(Json::array({pressure.some.count(), pressure.full.count()}));
}

std::string json_of(const std::vector<DiskUsage>& disks) {
  Json list = Json::array();
  for (const DiskUsage& disk : disks) {
    list.push_back(
        Json::array({disk.name, disk.busy.count(), disk.read_bytes, disk.written_bytes}));
  }
  return dumped(list);
}

std::string json_of(const std::vector<std::string>& texts) {
  return dumped(Json(texts));
}

std::string json_of(const std::map<std::string, std::string>& texts) {
  return dumped(Json(texts));
}

bool from_json(std::string_view text, Gaps& gaps) {
  std::vector<std::uint32_t> numbers;
  if (!take_each(text, numbers) || numbers.size() != gaps.size()) {
    return false;
  }
  std::copy(numbers.begin(), numbers.end(), gaps.begin());
  return true;
}

bool from_json(std::string_view text, Pressure& pressure) {
  const Json json = parsed(text);
  return json.is_array() && json.size() == 2 && take(json[0], pressure.some) &&
         take(json[1], pressure.full);
}

bool from_json(std::string_view text, std::vector<DiskUsage>& disks) {
  const Json json = parsed(text);
  if (!json.is_array()) {
    return false;
  }
  for (const Json& value : json) {
    DiskUsage& disk = disks.emplace_back();
    if (!value.is_array() || value.size() != 4 || !take(value[0], disk.name) ||
        !take(value[1], disk.busy) || !take(value[2], disk.read_bytes) ||
        !take(value[3], disk.written_bytes)) {
      return false;
    }
  }
  return true;
}

bool from_json(std::string_view text, std::vector<std::string>& texts) {
  return take_each(text, texts);
}

bool from_json(std::string_view text, std::map<std::string, std::string>& texts) {
  const Json json = parsed(text);
  if (!json.is_object()) {
    return false;
  }
  for (const auto& [key, value] : json.items()) {
    if (!take(value, texts[key])) {
      return false;
    }
  }
  return true;
}

}  // namespace culprit
