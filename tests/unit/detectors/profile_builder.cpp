// SPDX-License-Identifier: Apache-2.0
#include "unit/detectors/profile_builder.h"

#include <algorithm>
#include <chrono>

namespace culprit::test {
namespace {

constexpr double kFrequency = 99;

std::chrono::nanoseconds nanoseconds_of(double seconds) {
  return std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
}

std::uint64_t rounded(double value) {
  return static_cast<std::uint64_t>(value + 0.5);
}

ResolvedFrame frame_of(const std::string& text) {
  ResolvedFrame frame;
  if (text.starts_with("k:")) {
    frame.function = text.substr(2);
    frame.module = "[kernel]";
    frame.kind = FrameKind::Kernel;
    return frame;
  }
  const std::size_t at = text.find('@');
  frame.function = text.substr(0, at);
  frame.module = at == std::string::npos ? "app" : text.substr(at + 1);
  return frame;
}

std::vector<Pid> pids_of(const std::vector<std::uint32_t>& numbers) {
  std::vector<Pid> pids;
  for (const std::uint32_t number : numbers) {
    pids.emplace_back(number);
  }
  return pids;
}

}  // namespace

ProfileBuilder::ProfileBuilder(double seconds, std::uint32_t cpus) {
  profile_.host.name = "host";
  profile_.host.cpus = cpus;
  profile_.window.start = std::chrono::system_clock::time_point(std::chrono::hours(480000));
  profile_.window.start_time = KernelTime(std::chrono::hours(1));
  profile_.window.duration = nanoseconds_of(seconds);
  profile_.window.frequency_hz = kFrequency;
  profile_.window.clock = "cpu-clock";
}

KernelTime ProfileBuilder::at(double second) const {
  return profile_.window.start_time + nanoseconds_of(second);
}

WorkloadIndex ProfileBuilder::container(const std::string& name, const std::string& service) {
  const auto number = static_cast<std::uint32_t>(profile_.workloads.size());
  WorkloadProfile workload;
  workload.container.name = name;
  workload.container.service = service.empty() ? name : service;
  workload.container.runtime = "docker";
  workload.container.id = "3f9c1b2a77de" + std::string(52, static_cast<char>('0' + number % 10));
  workload.container.cgroup = CgroupId(1000 + number);
  profile_.workloads.push_back(std::move(workload));
  return WorkloadIndex(number);
}

WorkloadIndex ProfileBuilder::kernel(const std::string& activity, double cores) {
  const auto number = static_cast<std::uint32_t>(profile_.workloads.size());
  WorkloadProfile workload;
  workload.kernel_activity = activity;
  workload.samples = rounded(cores * kFrequency * profile_.seconds());
  workload.calls = tree_of({{"k:__do_softirq", "k:net_rx_action"}}, workload.samples);
  profile_.workloads.push_back(std::move(workload));
  return WorkloadIndex(number);
}

CallTree ProfileBuilder::tree_of(const std::vector<Path>& paths, std::uint64_t weight) {
  CallTree tree;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    std::vector<FrameId> frames;
    for (const std::string& text : paths[i]) {
      frames.push_back(profile_.frames.intern(frame_of(text)));
    }
    const std::uint64_t share = weight / paths.size() + (i < weight % paths.size() ? 1 : 0);
    if (share > 0) {
      tree.add(frames, share);
    }
  }
  return tree;
}

void ProfileBuilder::thread(const ThreadSpec& spec) {
  ThreadProfile thread;
  thread.process = {.pid = Pid(spec.pid), .start_boottime_ns = spec.pid};
  thread.tid = Tid(spec.tid == 0 ? spec.pid : spec.tid);
  thread.comm = spec.comm;
  thread.workload = spec.workload;
  const double seconds = spec.until - spec.from;
  thread.samples = rounded(seconds * spec.running * kFrequency);
  for (const auto& [number, share] : spec.in_syscall) {
    thread.samples_in_syscall[number] = rounded(share * static_cast<double>(thread.samples));
    thread.kernel_samples += thread.samples_in_syscall[number];
  }
  thread.first_sample = at(spec.from);
  thread.last_sample = at(spec.until);
  thread.runtime = nanoseconds_of(seconds * spec.running);
  thread.run_queue = nanoseconds_of(seconds * spec.waiting);
  thread.voluntary_switches = spec.voluntary_switches;
  thread.calls = tree_of(spec.paths, thread.samples);
  WorkloadProfile& workload = profile_.workloads[spec.workload.value()];
  workload.samples += thread.samples;
  workload.calls.merge(thread.calls);
  profile_.threads.push_back(std::move(thread));
}

void ProfileBuilder::process(const ProcessSpec& spec) {
  ProcessProfile process;
  process.key = {.pid = Pid(spec.pid), .start_boottime_ns = spec.pid};
  process.parent = Pid(spec.parent);
  process.comm = spec.comm;
  process.executable = "/usr/bin/" + spec.comm;
  process.workload = spec.workload;
  process.age = nanoseconds_of(spec.age_seconds);
  process.lifetime_cpu = nanoseconds_of(spec.lifetime_cpu_seconds);
  profile_.processes.push_back(std::move(process));
}

void ProfileBuilder::syscall(std::uint32_t pid, const std::string& name, double per_second,
                             std::uint16_t error, bool returned_zero, std::uint32_t tid) {
  static const std::map<std::string, std::uint32_t> kNumbers{
      {"read", 0},    {"write", 1},    {"close", 3},     {"poll", 7},    {"sched_yield", 24},
      {"socket", 41}, {"connect", 42}, {"accept4", 288}, {"futex", 202}, {"epoll_wait", 232}};
  SyscallActivity activity;
  activity.pid = Pid(pid);
  activity.tid = Tid(tid == 0 ? pid : tid);
  for (const ThreadProfile& thread : profile_.threads) {
    if (thread.process.pid == activity.pid) {
      activity.workload = thread.workload;
    }
  }
  const auto number = kNumbers.find(name);
  activity.number = number == kNumbers.end() ? 500 : number->second;
  activity.name = name;
  activity.error = error;
  activity.returned_zero = returned_zero;
  activity.count = rounded(per_second * profile_.seconds());
  profile_.syscalls.push_back(std::move(activity));
}

void ProfileBuilder::connects(const ConnectSpec& spec) {
  const auto seconds = static_cast<std::size_t>(profile_.seconds());
  const std::uint64_t count = std::uint64_t{spec.per_second} * seconds;
  const bool succeeds =
      spec.outcome == ConnectOutcome::Established || spec.outcome == ConnectOutcome::DnsAnswered;
  ConnectActivity activity;
  activity.workload = spec.workload;
  activity.pids = pids_of(spec.pids);
  activity.endpoint = spec.endpoint;
  activity.outcomes[spec.outcome] = count;
  if (spec.endpoint.protocol == Protocol::Udp) {
    activity.outcomes[ConnectOutcome::DnsAsked] = count;
  } else if (spec.endpoint.protocol == Protocol::Tcp) {
    activity.outcomes[ConnectOutcome::Attempted] = count;
  }
  activity.attempts_per_second.assign(seconds, spec.per_second);
  activity.failures_per_second.assign(seconds, succeeds ? 0 : spec.per_second);
  activity.gaps.at(2) = count;
  activity.first = at(0);
  activity.last = at(profile_.seconds());
  activity.calls = tree_of(spec.stacks, count);
  profile_.connects.push_back(std::move(activity));
}

void ProfileBuilder::writes(const WriteSpec& spec) {
  WriteActivity activity;
  activity.workload = spec.workload;
  activity.pids = pids_of(spec.pids);
  activity.target = spec.target;
  activity.path = spec.path;
  activity.append = spec.append;
  activity.device = 1;
  activity.calls = rounded(spec.calls_per_second * profile_.seconds());
  activity.bytes = rounded(static_cast<double>(activity.calls) * spec.bytes_per_call);
  activity.printable_calls = rounded(static_cast<double>(activity.calls) * spec.text_share);
  activity.text_calls =
      rounded(static_cast<double>(activity.printable_calls) * spec.ends_line_share);
  activity.inner_bytes = 64 * activity.printable_calls;
  if (spec.inner_line_bytes > 0) {
    activity.inner_newlines =
        rounded(static_cast<double>(activity.inner_bytes) / spec.inner_line_bytes);
  }
  activity.syncs = rounded(spec.syncs_per_second * profile_.seconds());
  activity.calls_tree = tree_of(spec.stacks, activity.calls / 64);
  profile_.writes.push_back(std::move(activity));
}

void ProfileBuilder::exchanges(WorkloadIndex workload, std::uint32_t pid, double per_second,
                               bool client, double same_sizes_share) {
  ExchangeActivity activity;
  activity.workload = workload;
  activity.pid = Pid(pid);
  activity.tid = Tid(pid);
  activity.endpoint = {
      .protocol = Protocol::Tcp, .network_namespace = 1, .address = "172.18.0.9", .port = 8080};
  activity.client = client;
  activity.exchanges = rounded(per_second * profile_.seconds());
  activity.same_sizes = rounded(static_cast<double>(activity.exchanges) * same_sizes_share);
  activity.request_bytes = 120;
  activity.response_bytes = 180;
  activity.calls = tree_of({{"_start", "main", "ask", "send@libc.so.6"}}, activity.exchanges);
  profile_.exchanges.push_back(std::move(activity));
}

void ProfileBuilder::listen(WorkloadIndex workload, std::uint32_t pid, std::uint16_t port,
                            std::uint32_t waiting, std::uint32_t backlog) {
  profile_.listen_queues.push_back({.time = at(profile_.seconds()),
                                    .network_namespace = 1,
                                    .cgroup = profile_.workload(workload).container.cgroup,
                                    .pid = Pid(pid),
                                    .port = port,
                                    .waiting = waiting,
                                    .backlog = backlog});
}

const Profile& ProfileBuilder::build() {
  profile_.samples = 0;
  profile_.cores = {};
  for (WorkloadProfile& workload : profile_.workloads) {
    const double ticks = kFrequency * profile_.seconds();
    workload.cpu_cores = ticks > 0 ? static_cast<double>(workload.samples) / ticks : 0;
    profile_.samples += workload.samples;
    profile_.cores.user += workload.cpu_cores;
  }
  profile_.cores.idle =
      std::max(0.0, static_cast<double>(profile_.host.cpus) - profile_.cores.user);
  return profile_;
}

const Finding* find_kind(const std::vector<Finding>& findings, FindingKind kind) {
  const auto found = std::ranges::find(findings, kind, &Finding::kind);
  return found == findings.end() ? nullptr : &*found;
}

std::vector<std::string> culprits_of(const std::vector<Finding>& findings) {
  std::vector<std::string> kinds;
  for (const Finding& finding : findings) {
    if (finding.role == FindingRole::Culprit) {
      kinds.emplace_back(kind_name(finding.kind));
    }
  }
  return kinds;
}

std::string blamed_function(const Profile& profile, const Finding& finding) {
  return finding.where.empty() ? "" : profile.frames.at(finding.where.back()).function;
}

}  // namespace culprit::test
