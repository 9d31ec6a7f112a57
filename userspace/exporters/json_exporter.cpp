// SPDX-License-Identifier: Apache-2.0
#include "exporters/json_exporter.h"

#include <fmt/format.h>

#include <array>
#include <chrono>

#include "exporters/json_parts.h"
#include "exporters/wording.h"
#include "report/describe.h"

namespace culprit {
namespace {

std::string_view result_name(VerdictResult result) {
  constexpr std::array<std::string_view, 4> kNames = {"culprit", "resource", "inconclusive",
                                                      "healthy"};
  return kNames.at(static_cast<std::size_t>(result));
}

Json tool_of(const RunFacts& run) {
  Json arguments = Json::array();
  for (const std::string& argument : run.arguments) {
    arguments.push_back(json_text(argument));
  }
  Json hooks = Json::array();
  for (const HookInUse& hook : run.hooks) {
    hooks.push_back({{"question", json_text(hook.question)},
                     {"hook", json_text(hook.hook)},
                     {"fallback_of", json_text_or_null(hook.fallback_of)}});
  }
  return {{"version", json_text(run.version)},
          {"arguments", std::move(arguments)},
          {"hooks", std::move(hooks)}};
}

Json disks_of(const Profile& profile) {
  Json disks = Json::array();
  for (const DiskProfile& disk : profile.disks) {
    disks.push_back({{"name", json_text(disk.name)},
                     {"busy_share", json_share(disk.busy_share)},
                     {"read_bytes_per_s", json_amount(disk.read_bytes_per_s)},
                     {"written_bytes_per_s", json_amount(disk.written_bytes_per_s)}});
  }
  return disks;
}

Json host_of(const Profile& profile) {
  const CpuCores& cores = profile.cores;
  Json object;
  object["name"] = json_text(profile.host.name);
  object["boot_id"] = json_text_or_null(profile.host.boot_id);
  object["kernel"] = json_text_or_null(profile.host.kernel);
  object["cpus"] = profile.host.cpus;
  object["cpu_cores"] = {
      {"user", json_amount(cores.user)},       {"system", json_amount(cores.system)},
      {"softirq", json_amount(cores.softirq)}, {"irq", json_amount(cores.irq)},
      {"iowait", json_amount(cores.iowait)},   {"steal", json_amount(cores.steal)},
      {"guest", json_amount(cores.guest)},     {"idle", json_amount(cores.idle)}};
  object["demand_cores"] = json_amount(profile.demand_cores);
  object["memory"] = {{"total_bytes", profile.memory_total_bytes},
                      {"available_bytes", profile.memory_available_bytes},
                      {"swap_total_bytes", profile.swap_total_bytes},
                      {"swap_free_bytes", profile.swap_free_bytes},
                      {"swapped_pages_per_s", json_amount(profile.swapped_pages_per_s)}};
  object["psi"] = {{"cpu_some", json_share(profile.pressure.cpu_some)},
                   {"memory_some", json_share(profile.pressure.memory_some)},
                   {"memory_full", json_share(profile.pressure.memory_full)},
                   {"io_some", json_share(profile.pressure.io_some)},
                   {"io_full", json_share(profile.pressure.io_full)}};
  object["disks"] = disks_of(profile);
  return object;
}

/// A window lasts seconds: whole ones would misplace its start.
std::string start_of(const Window& window) {
  const auto second = std::chrono::floor<std::chrono::seconds>(window.start);
  const auto rest = std::chrono::floor<std::chrono::milliseconds>(window.start - second);
  std::string text = utc_date_time(second);
  text.pop_back();
  return text + fmt::format(".{:03}Z", rest.count());
}

Json window_of(const Report& report) {
  const Profile& profile = report.profile;
  Json object;
  object["start"] = start_of(profile.window);
  object["duration_s"] = json_amount(profile.seconds());
  object["frequency_hz"] = json_amount(profile.window.frequency_hz);
  object["clock"] = json_text(profile.window.clock);
  object["samples"] = profile.samples;
  object["lost"] = {{"samples", report.lost_samples},
                    {"share", json_share(report.lost_share)},
                    {"by_cause", json_counts(profile.lost)}};
  return object;
}

Json ruled_out_of(const Report& report) {
  Json list = Json::array();
  for (const RuledOut& item : report.ruled_out) {
    list.push_back({{"kind", kind_name(item.kind)},
                    {"why", json_text(word_ruled_out(item))},
                    {"evidence", json_evidence(item.evidence)}});
  }
  return list;
}

Json limits_of(const Report& report) {
  Json list = Json::array();
  if (report.run.interrupted) {
    list.push_back({{"what", "window"},
                    {"why", fmt::format("interrupted after {:.1f} s", report.profile.seconds())},
                    {"fix", nullptr}});
  }
  for (const Limit& limit : report.run.limits) {
    list.push_back({{"what", json_text(limit.what)},
                    {"why", json_text(limit.why)},
                    {"fix", json_text_or_null(limit.fix)}});
  }
  return list;
}

Json stacks_of(const Profile& profile) {
  return {{"samples", profile.user_stacks},
          {"whole_share", json_share(whole_stack_share(profile))},
          {"cut_by_reason", json_counts(profile.stack_ends)}};
}

Json document_of(const Report& report) {
  const Overhead& overhead = report.run.overhead;
  Json document;
  document["schema"] = "culprit.report/1";
  document["tool"] = tool_of(report.run);
  document["host"] = host_of(report.profile);
  document["window"] = window_of(report);
  document["overhead"] = {{"own_cpu_share", json_amount(overhead.own_cpu_share)},
                          {"one_off_cpu_seconds", json_amount(overhead.one_off_cpu_seconds)},
                          {"rss_bytes", overhead.rss_bytes},
                          {"map_bytes", overhead.map_bytes},
                          {"bpf_ns_per_sample", json_amount(overhead.bpf_ns_per_sample)},
                          {"bpf_ns_per_syscall", json_amount(overhead.bpf_ns_per_syscall)}};
  if (report.profile.user_stacks > 0) {
    document["stacks"] = stacks_of(report.profile);
  }
  document["verdict"] = {{"result", result_name(report.verdict.result)},
                         {"headline", json_text(report.verdict.headline)},
                         {"finding_id", json_text_or_null(report.verdict.finding_id)}};
  document["findings"] = Json::array();
  for (const RankedFinding& ranked : report.findings) {
    document["findings"].push_back(json_finding(report, ranked));
  }
  document["ruled_out"] = ruled_out_of(report);
  document["limits"] = limits_of(report);
  document["containers"] = Json::array();
  for (const WorkloadProfile& workload : report.profile.workloads) {
    document["containers"].push_back(json_container(report.profile, workload));
  }
  return document;
}

}  // namespace

std::string JsonExporter::write(const Report& report) const {
  // Texts are valid UTF-8 by now; replacing is what keeps dump() from throwing if one is not.
  return document_of(report).dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace culprit
