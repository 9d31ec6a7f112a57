// SPDX-License-Identifier: Apache-2.0
#include "unit/aggregation/fake_sources.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

namespace culprit {
namespace {

std::chrono::nanoseconds cpu_time(double cores, double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(cores * seconds * 1e9));
}

std::string name_of(InstructionAddress address) {
  std::ostringstream name;
  name << "f" << std::hex << address.value();
  return name.str();
}

Window a_window() {
  Window window;
  window.start = std::chrono::system_clock::time_point(std::chrono::hours(1'000));
  window.start_time = kWindowStart;
  window.frequency_hz = 100;
  window.clock = "cpu-clock";
  return window;
}

HostFacts a_host() {
  HostFacts host;
  host.name = "host";
  host.cpus = 2;
  return host;
}

}  // namespace

FakeHost::FakeHost(std::chrono::nanoseconds window) : builder(a_host(), a_window()) {
  sources.container_of = [this](CgroupId v2, CgroupId v1) { return container_of(v2, v1); };
  sources.process_of = [this](ProcessKey key) {
    const auto known = processes_.find(key);
    return known == processes_.end() ? std::nullopt : std::optional(known->second);
  };
  sources.process_of_pid = [this](Pid pid) -> std::optional<ProcessFacts> {
    for (const auto& [key, facts] : processes_) {
      if (key.pid == pid) {
        return facts;
      }
    }
    return std::nullopt;
  };
  sources.resolve = [this](std::span<const StackOfProcess> stacks) {
    std::vector<ResolvedStack> answer;
    for (const StackOfProcess& stack : stacks) {
      asked.push_back(stack);
      answer.push_back(named(stack));
    }
    return answer;
  };
  sources.until = kWindowStart + window;
}

Container& FakeHost::container(std::uint64_t cgroup, const std::string& name) {
  Container& container = containers_[cgroup];
  container.kind = WorkloadKind::Container;
  container.name = name;
  container.id = name + "-id";
  container.cgroup = CgroupId(cgroup);
  container.cgroup_path = "/docker/" + name;
  return container;
}

Container& FakeHost::service(std::uint64_t cgroup, const std::string& name) {
  Container& container = containers_[cgroup];
  container.kind = WorkloadKind::HostService;
  container.name = name;
  container.cgroup = CgroupId(cgroup);
  container.cgroup_path = "/system.slice/" + name;
  return container;
}

void FakeHost::inner_cgroup(std::uint64_t cgroup, std::uint64_t of_container) {
  inner_[cgroup] = of_container;
}

ProcessFacts& FakeHost::process(std::uint32_t pid, const std::string& comm,
                                std::uint64_t start_boottime_ns) {
  const ProcessKey key{.pid = Pid(pid), .start_boottime_ns = start_boottime_ns};
  ProcessFacts& facts = processes_[key];
  facts.key = key;
  facts.comm = comm;
  return facts;
}

void FakeHost::function(std::uint64_t address, const std::string& name, FrameKind kind,
                        const std::string& module) {
  functions_[address] = {
      .function = name, .file = {}, .line = 0, .module = module, .kind = kind, .inlined = false};
}

void FakeHost::accept(const Sample& sample, std::uint64_t times) {
  for (std::uint64_t count = 0; count < times; ++count) {
    builder.accept(sample);
  }
}

Container FakeHost::container_of(CgroupId v2, CgroupId v1) const {
  std::uint64_t id = v2 != CgroupId(0) ? v2.value() : v1.value();
  if (const auto outer = inner_.find(id); outer != inner_.end()) {
    id = outer->second;
  }
  if (const auto known = containers_.find(id); known != containers_.end()) {
    return known->second;
  }
  Container host;
  host.kind = WorkloadKind::Host;
  host.name = "host";
  host.cgroup = CgroupId(1);
  return host;
}

ResolvedStack FakeHost::named(const StackOfProcess& stack) const {
  ResolvedStack resolved;
  resolved.end = stack.stack->end;
  const std::vector<RawFrame>& raw = stack.stack->frames;
  for (auto frame = raw.rbegin(); frame != raw.rend(); ++frame) {
    const auto known = functions_.find(frame->address.value());
    const bool kernel = frame->kind == FrameKind::Kernel;
    resolved.frames.push_back(known != functions_.end()
                                  ? known->second
                                  : ResolvedFrame{.function = name_of(frame->address),
                                                  .file = {},
                                                  .line = 0,
                                                  .module = kernel ? "[kernel]" : "app",
                                                  .kind = frame->kind,
                                                  .inlined = false});
  }
  return resolved;
}

const WorkloadProfile* find_workload(const Profile& profile, const std::string& name) {
  const auto found = std::find_if(
      profile.workloads.begin(), profile.workloads.end(),
      [&name](const WorkloadProfile& workload) { return workload.container.name == name; });
  return found == profile.workloads.end() ? nullptr : &*found;
}

const WorkloadProfile& workload_named(const Profile& profile, const std::string& name) {
  static const WorkloadProfile kNone;
  const WorkloadProfile* found = find_workload(profile, name);
  EXPECT_NE(found, nullptr) << "no workload " << name;
  return found == nullptr ? kNone : *found;
}

std::vector<std::string> folded(const CallTree& tree, const FrameTable& frames) {
  std::vector<std::string> lines;
  tree.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    std::string line;
    for (const FrameId frame : path) {
      line += (line.empty() ? "" : ";") + frames.at(frame).function;
    }
    lines.push_back(line + " " + std::to_string(weight));
  });
  std::sort(lines.begin(), lines.end());
  return lines;
}

double cpu_line(const Profile& profile) {
  double sum = profile.cores.iowait + profile.cores.steal + profile.cores.idle;
  for (const WorkloadProfile& workload : profile.workloads) {
    sum += workload.cpu_cores;
  }
  return sum;
}

std::vector<Sample> host_readings(const CpuCores& cores, double seconds) {
  const CpuTimes used{.user = cpu_time(cores.user, seconds),
                      .system = cpu_time(cores.system, seconds),
                      .softirq = cpu_time(cores.softirq, seconds),
                      .irq = cpu_time(cores.irq, seconds),
                      .iowait = cpu_time(cores.iowait, seconds),
                      .steal = cpu_time(cores.steal, seconds),
                      .guest = cpu_time(cores.guest, seconds),
                      .idle = cpu_time(cores.idle, seconds)};
  return {a_host_usage().cpu({}), a_host_usage().at(cpu_time(1, seconds)).cpu(used)};
}

}  // namespace culprit
