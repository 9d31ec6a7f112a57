// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "report/report.h"

namespace culprit {

// The pieces of report.json; internal to the JSON exporter.

using Json = nlohmann::ordered_json;

/// A number that JSON can hold: finite, of six decimals.
Json json_number(double value);
Json json_number(const std::optional<double>& value);
/// 0..1 and 0..: clocks read at slightly different moments give a little more or less.
Json json_share(double value);
Json json_share(const std::optional<double>& value);
Json json_amount(double value);
Json json_integer(const std::optional<std::uint64_t>& value);
/// An estimate with the half width of its 95 % interval; the lower end is not below zero.
Json json_estimate(double value, double half_width);
/// A stranger's text, displayable and of limited length.
Json json_text(std::string_view text);
/// The same; null when empty.
Json json_text_or_null(std::string_view text);
/// RFC 3339 in UTC, whole seconds; null when unknown.
Json json_time(const std::optional<std::chrono::system_clock::time_point>& time);
/// As the kernel knows it; null for what has no id of the kernel's numbering.
Json json_cgroup_id(CgroupId id);
Json json_counts(const std::map<std::string, std::uint64_t>& counts);
/// {function, file, line, module, kind, inlined}
Json json_frame(const ResolvedFrame& frame);
Json json_evidence(const std::vector<Evidence>& evidence);

Json json_finding(const Report& report, const RankedFinding& ranked);
Json json_container(const Profile& profile, const WorkloadProfile& workload);

}  // namespace culprit
