// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "exporters/json_parts.h"
#include "report/describe.h"

namespace culprit {
namespace {

Json group_of(const Profile& profile, const Finding& finding) {
  Json names = Json::array();
  for (const WorkloadIndex index : finding.workloads) {
    if (index.value() < profile.workloads.size()) {
      names.push_back(json_text(workload_name(profile.workload(index))));
    }
  }
  const WorkloadProfile* dearest = dearest_workload(profile, finding);
  Json object;
  object["service"] = json_text_or_null(dearest == nullptr ? "" : dearest->container.service);
  object["image"] = json_text_or_null(dearest == nullptr ? "" : dearest->container.image);
  object["containers"] = std::move(names);
  return object;
}

Json container_of(const Profile& profile, const Finding& finding) {
  const WorkloadProfile* workload = dearest_workload(profile, finding);
  if (workload == nullptr) {
    return nullptr;
  }
  const Container& container = workload->container;
  Json object;
  object["name"] = json_text(workload_name(*workload));
  object["id"] = json_text_or_null(container.id);
  object["cgroup"] = json_text_or_null(container.cgroup_path);
  object["cgroup_id"] = json_cgroup_id(container.cgroup);
  object["image"] = json_text_or_null(container.image);
  object["pod"] = json_text_or_null(container.pod);
  object["namespace"] = json_text_or_null(container.pod_namespace);
  return object;
}

Json process_of(const Profile& profile, const FindingThread& wanted) {
  const ProcessProfile* process = find_process(profile, wanted.process);
  const auto thread = std::find_if(
      profile.threads.begin(), profile.threads.end(), [&](const ThreadProfile& candidate) {
        return candidate.process == wanted.process && candidate.tid == wanted.tid;
      });
  Json object;
  object["pid"] = wanted.process.pid.value();
  object["ns_pid"] = nullptr;
  if (process != nullptr && process->inner_pid) {
    object["ns_pid"] = *process->inner_pid;
  }
  object["tid"] = wanted.tid.value();
  object["comm"] = json_text_or_null(process == nullptr ? "" : process->comm);
  object["thread"] = json_text_or_null(thread == profile.threads.end() ? "" : thread->comm);
  object["started_at"] = process == nullptr ? Json(nullptr) : json_time(process->started_at);
  object["cmdline"] = json_text_or_null(process == nullptr ? "" : process->command_line);
  return object;
}

Json processes_of(const Profile& profile, const Finding& finding) {
  constexpr std::size_t kMostRows = 256;
  Json rows = Json::array();
  for (std::size_t index = 0; index < std::min(kMostRows, finding.threads.size()); ++index) {
    rows.push_back(process_of(profile, finding.threads[index]));
  }
  return rows;
}

Json where_of(const Profile& profile, const Finding& finding) {
  const ResolvedFrame* blamed = blamed_frame(profile, finding);
  if (blamed == nullptr) {
    return nullptr;
  }
  Json frames = Json::array();
  for (const FrameId id : finding.where) {
    if (id.value() < profile.frames.size()) {
      frames.push_back(json_frame(profile.frames.at(id)));
    }
  }
  Json object = json_frame(*blamed);
  object.erase("kind");
  object.erase("inlined");
  object["frames"] = std::move(frames);
  object["role"] = place_role(finding.kind);
  return object;
}

Json target_of(const Finding& finding) {
  if (!finding.target) {
    return nullptr;
  }
  const FindingTarget& target = *finding.target;
  Json object;
  object["kind"] = target_kind_name(target.kind);
  object["address"] = json_text_or_null(target.address);
  object["port"] = target.port == 0 ? Json(nullptr) : Json(target.port);
  object["path"] = json_text_or_null(target.path);
  object["hostname"] = json_text_or_null(target.hostname);
  object["hostname_source"] = json_text_or_null(target.hostname_source);
  object["container"] = json_text_or_null(target.container);
  return object;
}

Json cost_of(const Finding& finding) {
  Json induced = Json::array();
  for (const InducedCost& cost : finding.cost.induced) {
    induced.push_back({{"who", json_text(cost.who)},
                       {"cores", json_amount(cost.cores)},
                       {"why", json_text(cost.why)}});
  }
  return {{"own_cores", json_amount(finding.cost.own_cores)}, {"induced", std::move(induced)}};
}

Json advice_of(const Finding& finding) {
  Json list = Json::array();
  for (const Advice& advice : finding.advice) {
    list.push_back({{"text", json_text(advice.text)},
                    {"command", json_text_or_null(advice.command)},
                    {"effect", json_text_or_null(advice.effect)},
                    {"undo", json_text_or_null(advice.undo)},
                    {"risk", json_text_or_null(advice.risk)}});
  }
  return list;
}

}  // namespace

Json json_finding(const Report& report, const RankedFinding& ranked) {
  const Finding& finding = ranked.finding;
  Json reasons = Json::array();
  for (const std::string& reason : finding.confidence_reasons) {
    reasons.push_back(json_text(reason));
  }
  Json object;
  object["id"] = ranked.id;
  object["rank"] = ranked.rank;
  object["role"] = role_name(finding.role);
  object["kind"] = kind_name(finding.kind);
  object["confidence"] = json_share(finding.confidence);
  object["confidence_reasons"] = std::move(reasons);
  object["group"] = group_of(report.profile, finding);
  object["container"] = container_of(report.profile, finding);
  object["processes"] = processes_of(report.profile, finding);
  object["where"] = where_of(report.profile, finding);
  object["target"] = target_of(finding);
  object["cost"] = cost_of(finding);
  object["evidence"] = json_evidence(finding.evidence);
  object["explains"] = json_text_or_null(finding.explains);
  object["caused_by"] = ranked.caused_by;
  object["advice"] = advice_of(finding);
  return object;
}

}  // namespace culprit
