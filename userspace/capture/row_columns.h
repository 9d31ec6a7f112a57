// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "containers/container.h"
#include "containers/process_facts.h"
#include "samples/sample.h"
#include "symbols/resolved_frame.h"

namespace culprit {

// What is kept of each value, and under which name: `columns(visit, row)` calls `visit(name,
// member)` for each member. Tables, writing and reading all follow from it. A member that is added
// here is a new version of the schema (schema.h).

template <typename Row, typename Value>
concept RowOf = std::same_as<std::remove_const_t<Row>, Value>;

/// A raw stack without its addresses: its names are kept instead, and who may name it.
struct StackShape {
  StackHash stack;
  StackEnd end = StackEnd::Complete;
  std::uint32_t kernel_frames = 0;
  std::uint32_t user_frames = 0;
};

template <typename Row>
inline constexpr std::string_view kTable = "";
template <>
inline constexpr std::string_view kTable<CpuSample> = "samples";
template <>
inline constexpr std::string_view kTable<StackShape> = "raw_stacks";
template <>
inline constexpr std::string_view kTable<HookCoverage> = "hook_coverage";
template <>
inline constexpr std::string_view kTable<SyscallCount> = "syscalls";
template <>
inline constexpr std::string_view kTable<ConnectCount> = "connects";
template <>
inline constexpr std::string_view kTable<ExchangeCount> = "exchanges";
template <>
inline constexpr std::string_view kTable<WriteCount> = "writes";
template <>
inline constexpr std::string_view kTable<ProcessEvent> = "process_events";
template <>
inline constexpr std::string_view kTable<CgroupEvent> = "cgroup_events";
template <>
inline constexpr std::string_view kTable<ExecutableMapping> = "mappings";
template <>
inline constexpr std::string_view kTable<HostUsage> = "host_usage";
template <>
inline constexpr std::string_view kTable<CgroupUsage> = "cgroup_usage";
template <>
inline constexpr std::string_view kTable<ListenQueue> = "listen_queues";
template <>
inline constexpr std::string_view kTable<LossCount> = "losses";
template <>
inline constexpr std::string_view kTable<SamplerTicks> = "sampler_ticks";
template <>
inline constexpr std::string_view kTable<CallWatch> = "call_watches";

template <typename Visit, RowOf<StackShape> Row>
void columns(Visit& visit, Row& row) {
  visit("stack", row.stack);
  visit("stack_end", row.end);
  visit("kernel_frames", row.kernel_frames);
  visit("user_frames", row.user_frames);
}

template <typename Visit, RowOf<CpuSample> Row>
void columns(Visit& visit, Row& row) {
  visit("time", row.time);
  visit("task", row.task);
  visit("cpu", row.cpu);
  visit("context", row.context);
  visit("syscall", row.syscall);
  visit("stack", row.stack);
  visit("runtime_ns", row.progress.runtime_ns);
  visit("run_queue_ns", row.progress.run_queue_ns);
  visit("voluntary_switches", row.progress.voluntary_switches);
  visit("forced_switches", row.progress.forced_switches);
  visit("major_faults", row.progress.major_faults);
  visit("write_calls", row.progress.write_calls);
  visit("written_bytes", row.progress.written_bytes);
  visit("read_calls", row.progress.read_calls);
}

template <typename Visit, RowOf<Task> Row>
void columns(Visit& visit, Row& row) {
  visit("pid", row.process.pid);
  visit("started", row.process.start_boottime_ns);
  visit("tid", row.tid);
  visit("thread_started", row.thread_start_boottime_ns);
  visit("space", row.address_space);
  visit("cgroup", row.cgroup);
  visit("cgroup_v1", row.cgroup_v1);
  visit("comm", row.comm);
}

template <typename Visit, RowOf<HookCoverage> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("elapsed", row.elapsed);
  visit("observed", row.observed);
}

template <typename Visit, RowOf<SyscallCount> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("cgroup", row.cgroup);
  visit("pid", row.pid);
  visit("tid", row.tid);
  visit("number", row.number);
  visit("compat", row.compat);
  visit("returned_zero", row.returned_zero);
  visit("error", row.error);
  visit("count", row.count);
}

template <typename Visit, RowOf<Endpoint> Row>
void columns(Visit& visit, Row& row) {
  visit("protocol", row.protocol);
  visit("network_namespace", row.network_namespace);
  visit("address", row.address);
  visit("port", row.port);
}

template <typename Visit, RowOf<ConnectCount> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("cgroup", row.cgroup);
  visit("pid", row.pid);
  columns(visit, row.endpoint);
  visit("hostname", row.hostname);
  visit("outcome", row.outcome);
  visit("error", row.error);
  visit("stack", row.stack);
  visit("by_call", row.by_call);
  visit("count", row.count);
  visit("first", row.first);
  visit("last", row.last);
  visit("latency_sum", row.latency_sum);
  visit("gaps", row.gaps);
}

template <typename Visit, RowOf<ExchangeCount> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("cgroup", row.cgroup);
  visit("pid", row.pid);
  visit("tid", row.tid);
  visit("connection", row.connection);
  columns(visit, row.endpoint);
  visit("client", row.client);
  visit("stack", row.stack);
  visit("exchanges", row.exchanges);
  visit("same_sizes", row.same_sizes);
  visit("sent_bytes", row.sent_bytes);
  visit("received_bytes", row.received_bytes);
  visit("request_bytes", row.request_bytes);
  visit("response_bytes", row.response_bytes);
}

template <typename Visit, RowOf<WriteCount> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("cgroup", row.cgroup);
  visit("pid", row.pid);
  visit("inode", row.inode);
  visit("device", row.device);
  visit("kind", row.kind);
  visit("descriptor", row.descriptor);
  visit("path", row.path);
  visit("append", row.append);
  visit("stream_socket", row.stream_socket);
  visit("datagram", row.datagram);
  visit("stack", row.stack);
  visit("calls", row.calls);
  visit("bytes", row.bytes);
  visit("text_calls", row.text_calls);
  visit("syncs", row.syncs);
  visit("failures", row.failures);
  visit("last_error", row.last_error);
}

template <typename Visit, RowOf<ProcessEvent> Row>
void columns(Visit& visit, Row& row) {
  visit("time", row.time);
  visit("kind", row.kind);
  visit("task", row.task);
  visit("parent", row.parent);
  visit("exit_code", row.exit_code);
  visit("runtime", row.runtime);
}

template <typename Visit, RowOf<CgroupEvent> Row>
void columns(Visit& visit, Row& row) {
  visit("time", row.time);
  visit("created", row.created);
  visit("cgroup", row.cgroup);
  visit("hierarchy", row.hierarchy);
  visit("path", row.path);
}

template <typename Visit, RowOf<ExecutableMapping> Row>
void columns(Visit& visit, Row& row) {
  visit("time", row.time);
  visit("pid", row.pid);
  visit("start", row.start);
  visit("length", row.length);
  visit("file_offset", row.file_offset);
  visit("inode", row.inode);
  visit("device_major", row.device_major);
  visit("device_minor", row.device_minor);
  visit("path", row.path);
  visit("build_id", row.build_id);
}

template <typename Visit, RowOf<HostUsage> Row>
void columns(Visit& visit, Row& row) {
  visit("time", row.time);
  visit("user", row.cpu.user);
  visit("system", row.cpu.system);
  visit("softirq", row.cpu.softirq);
  visit("irq", row.cpu.irq);
  visit("iowait", row.cpu.iowait);
  visit("steal", row.cpu.steal);
  visit("guest", row.cpu.guest);
  visit("idle", row.cpu.idle);
  visit("cpu_pressure", row.cpu_pressure);
  visit("memory_pressure", row.memory_pressure);
  visit("io_pressure", row.io_pressure);
  visit("memory_total_bytes", row.memory_total_bytes);
  visit("memory_available_bytes", row.memory_available_bytes);
  visit("swap_total_bytes", row.swap_total_bytes);
  visit("swap_free_bytes", row.swap_free_bytes);
  visit("pages_swapped_in", row.pages_swapped_in);
  visit("pages_swapped_out", row.pages_swapped_out);
  visit("forks", row.forks);
  visit("disks", row.disks);
}

template <typename Visit, RowOf<CgroupUsage> Row>
void columns(Visit& visit, Row& row) {
  visit("time", row.time);
  visit("cgroup", row.cgroup);
  visit("cpu", row.cpu);
  visit("throttled", row.throttled);
  visit("periods", row.periods);
  visit("throttled_periods", row.throttled_periods);
  visit("cpu_limit_cores", row.cpu_limit_cores);
  visit("memory_bytes", row.memory_bytes);
  visit("memory_limit_bytes", row.memory_limit_bytes);
  visit("major_faults", row.major_faults);
  visit("io_bytes", row.io_bytes);
  visit("cpu_pressure", row.cpu_pressure);
  visit("memory_pressure", row.memory_pressure);
}

template <typename Visit, RowOf<ListenQueue> Row>
void columns(Visit& visit, Row& row) {
  visit("time", row.time);
  visit("network_namespace", row.network_namespace);
  visit("cgroup", row.cgroup);
  visit("pid", row.pid);
  visit("port", row.port);
  visit("waiting", row.waiting);
  visit("backlog", row.backlog);
}

template <typename Visit, RowOf<LossCount> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("cause", row.cause);
  visit("cgroup", row.cgroup);
  visit("count", row.count);
}

template <typename Visit, RowOf<CallWatch> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("pid", row.process.pid);
  visit("started", row.process.start_boottime_ns);
  visit("tid", row.tid);
  visit("space", row.address_space);
  visit("stack", row.stack);
  visit("call_end", row.end);
  visit("watched", row.watched);
  visit("callees_returned", row.callees_returned);
}

template <typename Visit, RowOf<SamplerTicks> Row>
void columns(Visit& visit, Row& row) {
  visit("until", row.until);
  visit("expected", row.expected);
  visit("idle", row.idle);
  visit("delivered", row.delivered);
}

template <typename Visit, RowOf<ResolvedFrame> Row>
void columns(Visit& visit, Row& row) {
  visit("function", row.function);
  visit("file", row.file);
  visit("line", row.line);
  visit("module", row.module);
  visit("kind", row.kind);
  visit("inlined", row.inlined);
}

template <typename Visit, RowOf<Container> Row>
void columns(Visit& visit, Row& row) {
  visit("kind", row.kind);
  visit("name", row.name);
  visit("id", row.id);
  visit("runtime", row.runtime);
  visit("image", row.image);
  visit("pod", row.pod);
  visit("pod_namespace", row.pod_namespace);
  visit("service", row.service);
  visit("cgroup_path", row.cgroup_path);
  visit("container_cgroup", row.cgroup);
  visit("started_at", row.started_at);
  visit("restarts", row.restarts);
  visit("health", row.health);
  visit("cpu_limit_cores", row.cpu_limit_cores);
  visit("cpu_quota_period_us", row.cpu_quota_period_us);
  visit("memory_limit_bytes", row.memory_limit_bytes);
  visit("labels", row.labels);
  visit("addresses", row.addresses);
}

template <typename Visit, RowOf<ProcessFacts> Row>
void columns(Visit& visit, Row& row) {
  visit("pid", row.key.pid);
  visit("started", row.key.start_boottime_ns);
  visit("parent", row.parent);
  visit("inner_pid", row.inner_pid);
  visit("comm", row.comm);
  visit("executable", row.executable);
  visit("command_line", row.command_line);
  visit("cgroup_path", row.cgroup_path);
  visit("network_namespace", row.network_namespace);
  visit("started_at", row.started_at);
  visit("lifetime_cpu", row.lifetime_cpu);
}

}  // namespace culprit
