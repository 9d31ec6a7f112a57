// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "base/display_text.h"
#include "exporters/json_parts.h"
#include "report/describe.h"

namespace culprit {
namespace {

/// Cores counted from samples are as sure as the number of samples allows.
Json cores_of(const Profile& profile, const WorkloadProfile& workload) {
  if (!workload.cores_estimated) {
    return json_amount(workload.cpu_cores);
  }
  constexpr double kHalfWidth95 = 1.96;
  const double ticks_per_core = profile.seconds() * profile.window.frequency_hz;
  const double spread = std::sqrt(static_cast<double>(workload.samples));
  return json_estimate(workload.cpu_cores,
                       ticks_per_core > 0 ? kHalfWidth95 * spread / ticks_per_core : 0);
}

Json json_functions(const Profile& profile, const std::vector<FunctionShare>& functions) {
  Json list = Json::array();
  for (const FunctionShare& item : functions) {
    Json object = json_frame(profile.frames.at(item.frame));
    object["samples"] = item.samples;
    object["share"] = json_share(item.share);
    list.push_back(std::move(object));
  }
  return list;
}

void add_identity(Json& object, const WorkloadProfile& workload) {
  const Container& container = workload.container;
  const bool kernel = !workload.kernel_activity.empty();
  object["name"] = json_text(kernel ? workload.kernel_activity : workload_name(workload));
  object["id"] = json_text_or_null(container.id);
  object["image"] = json_text_or_null(container.image);
  object["runtime"] = kernel ? Json("kernel") : json_text_or_null(container.runtime);
  object["cgroup"] = json_text_or_null(container.cgroup_path);
  object["cgroup_id"] = kernel ? Json(nullptr) : json_cgroup_id(container.cgroup);
  object["pod"] = json_text_or_null(container.pod);
  object["namespace"] = json_text_or_null(container.pod_namespace);
  object["started_at"] = json_time(container.started_at);
  object["restarts"] = container.restarts ? Json(*container.restarts) : Json(nullptr);
  object["health"] = json_text_or_null(container.health);
}

}  // namespace

Json json_container(const Profile& profile, const WorkloadProfile& workload) {
  Json object;
  add_identity(object, workload);
  object["cpu_cores"] = cores_of(profile, workload);
  object["cpu_limit_cores"] = json_number(workload.cpu_limit_cores);
  object["throttled_share"] = json_share(workload.throttled_share);
  object["memory_bytes"] = workload.memory_bytes;
  object["memory_limit_bytes"] = json_integer(workload.memory_limit_bytes);
  object["psi"] = {{"cpu_some", json_share(workload.cpu_pressure_some)},
                   {"memory_full", json_share(workload.memory_pressure_full)}};
  object["io_bytes_per_s"] = json_amount(workload.io_bytes_per_s);
  // Nothing observes the bytes of all sockets; what exchanges show is a part only.
  object["net_bytes_per_s"] = nullptr;
  object["syscalls_per_s"] = json_amount(workload.syscalls_per_s);
  object["connect_failures_per_s"] = json_amount(workload.connect_failures_per_s);
  object["write_bytes_per_s"] = json_amount(workload.write_bytes_per_s);
  constexpr std::size_t kMostFunctions = 10;
  object["top_functions"] =
      json_functions(profile, top_functions(workload.calls, profile.frames, kMostFunctions));
  constexpr std::size_t kMostWithCallees = 40;
  object["functions_with_callees"] = json_functions(
      profile, functions_with_callees(workload.calls, profile.frames, kMostWithCallees));
  object["lost"] = json_counts(workload.lost);
  Json labels = Json::object();
  for (const auto& [name, value] : workload.container.labels) {
    labels[displayable(name)] = json_text(value);
  }
  object["labels"] = std::move(labels);
  return object;
}

}  // namespace culprit
