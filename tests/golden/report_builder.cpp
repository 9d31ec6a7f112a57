// SPDX-License-Identifier: Apache-2.0
#include "golden/report_builder.h"

#include <utility>

#include "aggregation/special_frames.h"

namespace culprit::golden {

using std::chrono::seconds;

std::chrono::system_clock::time_point window_end() {
  constexpr std::int64_t kEnd = 1769829164;  // 2026-01-31T03:12:44Z
  return std::chrono::system_clock::time_point(seconds(kEnd));
}

ProfileBuilder::ProfileBuilder() {
  profile.host = {.name = "ip-10-0-3-7",
                  .boot_id = "5a7c0f5e-3f0e-4f77-9d59-0a4f3c1be7a1",
                  .kernel = "6.1.0-18-amd64",
                  .cpus = 2,
                  .memory_bytes = 2040109465};
  profile.window.start = window_end() - seconds(10);
  profile.window.duration = seconds(10);
  profile.window.frequency_hz = 99;
  profile.window.clock = "cpu-clock";
  profile.memory_total_bytes = 2040109465;
  profile.memory_available_bytes = 903020544;
  profile.expected_samples = 1980;
}

WorkloadIndex ProfileBuilder::container(const std::string& name, const std::string& image,
                                        double cores) {
  const auto index = static_cast<std::uint32_t>(profile.workloads.size());
  WorkloadProfile workload;
  workload.container.name = name;
  workload.container.image = image;
  workload.container.service = image.substr(0, image.find(':'));
  workload.container.runtime = "docker";
  workload.container.id = "3f9c1b2a77de" + std::string(51, 'a') + std::to_string(index % 10);
  workload.container.cgroup_path = "/docker/" + workload.container.id;
  workload.container.cgroup = CgroupId(9007199254740993ULL + index);
  workload.cpu_cores = cores;
  profile.workloads.push_back(workload);
  return WorkloadIndex(index);
}

WorkloadIndex ProfileBuilder::service(const std::string& name, double cores) {
  const auto index = static_cast<std::uint32_t>(profile.workloads.size());
  WorkloadProfile workload;
  workload.container.kind = WorkloadKind::HostService;
  workload.container.name = name;
  workload.container.service = name;
  workload.container.runtime = "systemd";
  workload.container.cgroup_path = "/system.slice/" + name;
  workload.container.cgroup = CgroupId(4000 + index);
  workload.cpu_cores = cores;
  profile.workloads.push_back(workload);
  return WorkloadIndex(index);
}

WorkloadIndex ProfileBuilder::kernel(const std::string& activity, double cores) {
  const auto index = static_cast<std::uint32_t>(profile.workloads.size());
  WorkloadProfile workload;
  workload.kernel_activity = activity;
  workload.cpu_cores = cores;
  workload.cores_estimated = true;
  profile.workloads.push_back(workload);
  return WorkloadIndex(index);
}

std::vector<FrameId> ProfileBuilder::path(std::initializer_list<ResolvedFrame> frames) {
  std::vector<FrameId> ids;
  for (const ResolvedFrame& frame : frames) {
    ids.push_back(profile.frames.intern(frame));
  }
  return ids;
}

void ProfileBuilder::samples(WorkloadIndex index, const std::string& comm,
                             const std::vector<FrameId>& path, std::uint64_t count) {
  std::vector<FrameId> whole = {profile.frames.intern(process_frame(comm))};
  whole.insert(whole.end(), path.begin(), path.end());
  workload(index).calls.add(whole, count);
  workload(index).samples += count;
  profile.samples += count;
  profile.idle_samples = profile.expected_samples - profile.samples;
}

FindingThread ProfileBuilder::process(WorkloadIndex index, const std::string& comm,
                                      std::uint32_t pid, std::uint32_t inner_pid) {
  ProcessProfile process;
  process.key = {Pid(pid), 1000};
  process.inner_pid = inner_pid;
  process.comm = comm;
  process.command_line = comm + " /app/main --port 5000";
  process.workload = index;
  process.started_at = window_end() - seconds(93);
  profile.processes.push_back(process);
  ThreadProfile thread;
  thread.process = process.key;
  thread.tid = Tid(pid);
  thread.comm = comm;
  thread.workload = index;
  profile.threads.push_back(thread);
  return {process.key, Tid(pid)};
}

RunFacts run_facts() {
  RunFacts facts;
  facts.version = "0.1";
  facts.arguments = {"--duration", "10s"};
  facts.hooks = {{"cpu samples", "perf_event cpu-clock", ""},
                 {"system calls", "raw_tp sys_exit", "tp_btf sys_exit"}};
  facts.overhead = {.own_cpu_share = 0.006,
                    .rss_bytes = 24117248,
                    .map_bytes = 9437184,
                    .bpf_ns_per_sample = 2100,
                    .bpf_ns_per_syscall = 240};
  return facts;
}

ResolvedFrame native(const std::string& function, const std::string& module) {
  return {.function = function,
          .file = "",
          .line = 0,
          .module = module,
          .kind = FrameKind::Native,
          .inlined = false};
}

ResolvedFrame python(const std::string& function, const std::string& file, std::uint32_t line) {
  return {.function = function,
          .file = file,
          .line = line,
          .module = file,
          .kind = FrameKind::Python,
          .inlined = false};
}

ResolvedFrame kernel_frame(const std::string& function) {
  return {.function = function,
          .file = "",
          .line = 0,
          .module = "[kernel]",
          .kind = FrameKind::Kernel,
          .inlined = false};
}

Report built(ProfileBuilder builder, std::vector<Finding> findings, std::vector<RuledOut> ruled_out,
             RunFacts facts) {
  return build_report(std::move(builder.profile), std::move(findings), std::move(ruled_out),
                      std::move(facts), {});
}

}  // namespace culprit::golden
