// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "base/display_text.h"
#include "containers/container_catalog.h"
#include "exporters/json_parts.h"
#include "exporters/wording.h"
#include "report/describe.h"

namespace culprit {

Json json_number(double value) {
  constexpr double kDecimals = 1e6;
  if (!std::isfinite(value)) {
    return nullptr;
  }
  // Large values have no decimals to cut, and must not overflow while being cut.
  const bool large = std::abs(value) > 1e9;
  // Adding zero turns -0 into 0.
  return large ? value : std::round(value * kDecimals) / kDecimals + 0.0;
}

Json json_number(const std::optional<double>& value) {
  return value ? json_number(*value) : Json(nullptr);
}

Json json_share(double value) {
  return std::isfinite(value) ? json_number(std::clamp(value, 0.0, 1.0)) : Json(0.0);
}

Json json_share(const std::optional<double>& value) {
  return value ? json_share(*value) : Json(nullptr);
}

Json json_amount(double value) {
  return std::isfinite(value) ? json_number(std::max(0.0, value)) : Json(0.0);
}

Json json_cgroup_id(CgroupId id) {
  return ContainerCatalog::is_kernel_id(id) ? Json(std::to_string(id.value())) : Json(nullptr);
}

Json json_integer(const std::optional<std::uint64_t>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json json_estimate(double value, double half_width) {
  Json estimate;
  estimate["value"] = json_number(value);
  estimate["low"] = json_number(std::max(0.0, value - half_width));
  estimate["high"] = json_number(value + half_width);
  estimate["estimated"] = true;
  return estimate;
}

namespace {

/// Shares do not exceed one, whatever their error.
Json estimate_of(const Evidence& item) {
  if (!item.error) {
    // How far off it may be is not known: half-open on both sides.
    return {{"value", json_number(item.value)},
            {"low", nullptr},
            {"high", nullptr},
            {"estimated", true}};
  }
  Json estimate = json_estimate(item.value, *item.error);
  if (item.unit == "share") {
    estimate["high"] = std::min(1.0, estimate["high"].get<double>());
  }
  return estimate;
}

}  // namespace

Json json_text(std::string_view text) {
  constexpr std::size_t kMostBytes = 4096;
  return displayable(text, kMostBytes);
}

Json json_text_or_null(std::string_view text) {
  return text.empty() ? Json(nullptr) : json_text(text);
}

Json json_time(const std::optional<std::chrono::system_clock::time_point>& time) {
  return time ? Json(utc_date_time(*time)) : Json(nullptr);
}

Json json_counts(const std::map<std::string, std::uint64_t>& counts) {
  Json object = Json::object();
  for (const auto& [name, count] : counts) {
    object[displayable(name)] = count;
  }
  return object;
}

Json json_frame(const ResolvedFrame& frame) {
  Json object;
  object["function"] = json_text(frame.function);
  object["file"] = json_text_or_null(frame.file);
  object["line"] = frame.line == 0 ? Json(nullptr) : Json(frame.line);
  object["module"] = json_text_or_null(frame.module);
  object["kind"] = frame_kind_name(frame.kind);
  object["inlined"] = frame.inlined;
  return object;
}

Json json_evidence(const std::vector<Evidence>& evidence) {
  Json list = Json::array();
  for (const Evidence& item : evidence) {
    Json object;
    object["key"] = json_text(item.key);
    object["value"] = item.estimated ? estimate_of(item) : json_number(item.value);
    object["unit"] = json_text(item.unit);
    object["comparison"] = json_text(item.comparison);
    object["threshold"] = json_number(item.threshold);
    object["source"] = json_text(item.source);
    object["estimated"] = item.estimated;
    object["error"] = json_number(item.error);
    list.push_back(std::move(object));
  }
  return list;
}

}  // namespace culprit
