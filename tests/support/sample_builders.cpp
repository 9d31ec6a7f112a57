// SPDX-License-Identifier: Apache-2.0
#include "support/sample_builders.h"

#include <utility>

namespace culprit {
CpuSampleBuilder a_cpu_sample() {
  return CpuSampleBuilder().of(1).at({}).in(0);
}

CpuSampleBuilder& CpuSampleBuilder::of(std::uint32_t pid, std::uint64_t start_boottime_ns) {
  sample_.task.process = {.pid = Pid(pid), .start_boottime_ns = start_boottime_ns};
  sample_.task.thread_start_boottime_ns = start_boottime_ns;
  sample_.task.tid = Tid(pid);
  sample_.task.address_space = AddressSpaceId((std::uint64_t{pid} << 8U) | 1U);
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::thread(std::uint32_t tid, std::uint64_t start_boottime_ns) {
  sample_.task.tid = Tid(tid);
  sample_.task.thread_start_boottime_ns = start_boottime_ns;
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::in(std::uint64_t cgroup) {
  sample_.task.cgroup = CgroupId(cgroup);
  return in_v1(cgroup);
}
CpuSampleBuilder& CpuSampleBuilder::in_v1(std::uint64_t cgroup) {
  sample_.task.cgroup_v1 = CgroupId(cgroup);
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::at(std::chrono::nanoseconds since_start) {
  sample_.time = kWindowStart + since_start;
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::named(std::string comm) {
  sample_.task.comm = std::move(comm);
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::in_syscall(std::int32_t number) {
  sample_.context = CpuContext::Syscall;
  sample_.syscall = number;
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::in_context(CpuContext context) {
  sample_.context = context;
  if (context == CpuContext::KernelThread) {
    sample_.task.address_space = AddressSpaceId(0);
  }
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::with_stack(std::uint64_t hash) {
  sample_.stack = StackHash(hash);
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::in_address_space(std::uint64_t id) {
  sample_.task.address_space = AddressSpaceId(id);
  return *this;
}
CpuSampleBuilder& CpuSampleBuilder::with_progress(ThreadProgress progress) {
  sample_.progress = progress;
  return *this;
}

StackBuilder a_stack(std::uint64_t hash) {
  return StackBuilder(hash);
}

StackBuilder& StackBuilder::kernel(const std::vector<std::uint64_t>& addresses) {
  for (auto address = addresses.rbegin(); address != addresses.rend(); ++address) {
    stack_.frames.insert(stack_.frames.begin(), RawFrame{.address = InstructionAddress(*address),
                                                         .extra = 0,
                                                         .check = 0,
                                                         .kind = FrameKind::Kernel,
                                                         .exact = false});
  }
  return *this;
}
StackBuilder& StackBuilder::user(const std::vector<std::uint64_t>& addresses) {
  for (const std::uint64_t address : addresses) {
    stack_.frames.push_back({.address = InstructionAddress(address),
                             .extra = 0,
                             .check = 0,
                             .kind = FrameKind::Native,
                             .exact = false});
  }
  return *this;
}
StackBuilder& StackBuilder::ending(StackEnd end) {
  stack_.end = end;
  return *this;
}

SyscallCountBuilder a_syscall(std::uint32_t number) {
  return SyscallCountBuilder(number).until(std::chrono::seconds(1)).times(1);
}

SyscallCountBuilder& SyscallCountBuilder::of(std::uint32_t pid, std::uint32_t tid) {
  count_.pid = Pid(pid);
  count_.tid = Tid(tid == 0 ? pid : tid);
  return *this;
}
SyscallCountBuilder& SyscallCountBuilder::in(std::uint64_t cgroup) {
  count_.cgroup = CgroupId(cgroup);
  return *this;
}
SyscallCountBuilder& SyscallCountBuilder::until(std::chrono::nanoseconds since_start) {
  count_.until = kWindowStart + since_start;
  return *this;
}
SyscallCountBuilder& SyscallCountBuilder::times(std::uint64_t count) {
  count_.count = count;
  return *this;
}
SyscallCountBuilder& SyscallCountBuilder::failing(std::uint16_t error) {
  count_.error = error;
  return *this;
}
SyscallCountBuilder& SyscallCountBuilder::returning_zero() {
  count_.returned_zero = true;
  return *this;
}
SyscallCountBuilder& SyscallCountBuilder::compat() {
  count_.compat = true;
  return *this;
}

ConnectCountBuilder a_connect(ConnectOutcome outcome) {
  return ConnectCountBuilder(outcome).until(std::chrono::seconds(1)).times(1);
}

ConnectCountBuilder& ConnectCountBuilder::of(std::uint32_t pid) {
  count_.pid = Pid(pid);
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::in(std::uint64_t cgroup) {
  count_.cgroup = CgroupId(cgroup);
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::to(std::string address, std::uint16_t port,
                                             std::uint32_t network_namespace) {
  count_.endpoint.address = std::move(address);
  count_.endpoint.port = port;
  count_.endpoint.network_namespace = network_namespace;
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::over(Protocol protocol) {
  count_.endpoint.protocol = protocol;
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::until(std::chrono::nanoseconds since_start) {
  count_.until = kWindowStart + since_start;
  count_.last = count_.until;
  count_.first = count_.until - std::chrono::seconds(1);
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::times(std::uint64_t count) {
  count_.count = count;
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::failing(std::uint16_t error) {
  count_.error = error;
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::with_stack(std::uint64_t hash) {
  count_.stack = StackHash(hash);
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::looking_up(std::string hostname) {
  count_.hostname = std::move(hostname);
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::with_gaps(std::size_t bucket, std::uint32_t count) {
  count_.gaps.at(bucket) = count;
  return *this;
}
ConnectCountBuilder& ConnectCountBuilder::taking(std::chrono::nanoseconds latency_sum) {
  count_.latency_sum = latency_sum;
  return *this;
}

ExchangeCountBuilder an_exchange() {
  return ExchangeCountBuilder().until(std::chrono::seconds(1)).times(1, 1);
}

ExchangeCountBuilder& ExchangeCountBuilder::of(std::uint32_t pid, std::uint32_t tid) {
  count_.pid = Pid(pid);
  count_.tid = Tid(tid);
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::in(std::uint64_t cgroup) {
  count_.cgroup = CgroupId(cgroup);
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::with(std::string address, std::uint16_t port) {
  count_.endpoint.address = std::move(address);
  count_.endpoint.port = port;
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::as_client() {
  count_.client = true;
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::on_connection(std::uint64_t connection) {
  count_.connection = connection;
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::until(std::chrono::nanoseconds since_start) {
  count_.until = kWindowStart + since_start;
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::times(std::uint64_t exchanges,
                                                  std::uint64_t same_sizes) {
  count_.exchanges = exchanges;
  count_.same_sizes = same_sizes;
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::of_sizes(std::uint32_t request_bytes,
                                                     std::uint32_t response_bytes) {
  count_.request_bytes = request_bytes;
  count_.response_bytes = response_bytes;
  count_.sent_bytes = count_.exchanges * request_bytes;
  count_.received_bytes = count_.exchanges * response_bytes;
  return *this;
}
ExchangeCountBuilder& ExchangeCountBuilder::with_stack(std::uint64_t hash) {
  count_.stack = StackHash(hash);
  return *this;
}

WriteCountBuilder a_write(FileKind kind) {
  return WriteCountBuilder(kind).until(std::chrono::seconds(1)).calls(1, 1).by_descriptor(7);
}

WriteCountBuilder& WriteCountBuilder::of(std::uint32_t pid) {
  count_.pid = Pid(pid);
  return *this;
}
WriteCountBuilder& WriteCountBuilder::in(std::uint64_t cgroup) {
  count_.cgroup = CgroupId(cgroup);
  return *this;
}
WriteCountBuilder& WriteCountBuilder::to(std::uint64_t inode, std::string path) {
  count_.inode = inode;
  count_.device = 9;
  count_.path = std::move(path);
  return *this;
}
WriteCountBuilder& WriteCountBuilder::by_descriptor(std::uint32_t descriptor) {
  count_.descriptor = descriptor;
  return *this;
}
WriteCountBuilder& WriteCountBuilder::until(std::chrono::nanoseconds since_start) {
  count_.until = kWindowStart + since_start;
  return *this;
}
WriteCountBuilder& WriteCountBuilder::calls(std::uint64_t calls, std::uint64_t bytes,
                                            std::uint64_t text_calls) {
  count_.calls = calls;
  count_.bytes = bytes;
  count_.text_calls = text_calls;
  return *this;
}
WriteCountBuilder& WriteCountBuilder::printable(std::uint64_t calls, std::uint64_t bytes,
                                                std::uint64_t newlines) {
  count_.printable_calls = calls;
  count_.inner_bytes = bytes;
  count_.inner_newlines = newlines;
  return *this;
}
WriteCountBuilder& WriteCountBuilder::with_stack(std::uint64_t hash) {
  count_.stack = StackHash(hash);
  return *this;
}
WriteCountBuilder& WriteCountBuilder::appending() {
  count_.append = true;
  return *this;
}
WriteCountBuilder& WriteCountBuilder::failing(std::uint64_t failures, std::uint16_t error) {
  count_.failures = failures;
  count_.last_error = error;
  return *this;
}

ProcessEventBuilder::ProcessEventBuilder(ProcessEventKind kind) {
  event_.kind = kind;
}

ProcessEventBuilder a_fork() {
  return ProcessEventBuilder(ProcessEventKind::Fork).of(1).at({});
}
ProcessEventBuilder an_exec() {
  return ProcessEventBuilder(ProcessEventKind::Exec).of(1).at({});
}
ProcessEventBuilder an_exit() {
  return ProcessEventBuilder(ProcessEventKind::Exit).of(1).at({});
}

ProcessEventBuilder& ProcessEventBuilder::of(std::uint32_t pid, std::uint64_t start_boottime_ns) {
  event_.task.process = {.pid = Pid(pid), .start_boottime_ns = start_boottime_ns};
  event_.task.tid = Tid(pid);
  event_.task.thread_start_boottime_ns = start_boottime_ns;
  event_.task.address_space = AddressSpaceId((std::uint64_t{pid} << 8U) | 1U);
  return *this;
}
ProcessEventBuilder& ProcessEventBuilder::in(std::uint64_t cgroup) {
  event_.task.cgroup = CgroupId(cgroup);
  event_.task.cgroup_v1 = CgroupId(cgroup);
  return *this;
}
ProcessEventBuilder& ProcessEventBuilder::at(std::chrono::nanoseconds since_start) {
  event_.time = kWindowStart + since_start;
  return *this;
}
ProcessEventBuilder& ProcessEventBuilder::named(std::string comm) {
  event_.task.comm = std::move(comm);
  return *this;
}
ProcessEventBuilder& ProcessEventBuilder::exiting_with(std::int32_t code) {
  event_.exit_code = code;
  return *this;
}
ProcessEventBuilder& ProcessEventBuilder::in_address_space(std::uint64_t id) {
  event_.task.address_space = AddressSpaceId(id);
  return *this;
}

HostUsageBuilder a_host_usage() {
  return HostUsageBuilder().at({});
}

HostUsageBuilder& HostUsageBuilder::at(std::chrono::nanoseconds since_start) {
  usage_.time = kWindowStart + since_start;
  return *this;
}
HostUsageBuilder& HostUsageBuilder::cpu(CpuTimes times) {
  usage_.cpu = times;
  return *this;
}
HostUsageBuilder& HostUsageBuilder::cpu_pressure(Pressure pressure) {
  usage_.cpu_pressure = pressure;
  return *this;
}
HostUsageBuilder& HostUsageBuilder::memory_pressure(Pressure pressure) {
  usage_.memory_pressure = pressure;
  return *this;
}

CgroupUsageBuilder a_cgroup_usage(std::uint64_t cgroup) {
  return CgroupUsageBuilder(cgroup).at({});
}

CgroupUsageBuilder& CgroupUsageBuilder::at(std::chrono::nanoseconds since_start) {
  usage_.time = kWindowStart + since_start;
  return *this;
}
CgroupUsageBuilder& CgroupUsageBuilder::cpu(std::chrono::nanoseconds used) {
  usage_.cpu = used;
  return *this;
}
CgroupUsageBuilder& CgroupUsageBuilder::throttled(std::uint64_t periods,
                                                  std::uint64_t throttled_periods) {
  usage_.periods = periods;
  usage_.throttled_periods = throttled_periods;
  return *this;
}
CgroupUsageBuilder& CgroupUsageBuilder::memory(std::uint64_t bytes) {
  usage_.memory_bytes = bytes;
  return *this;
}
CgroupUsageBuilder& CgroupUsageBuilder::io(std::uint64_t bytes) {
  usage_.io_bytes = bytes;
  return *this;
}

ListenQueue a_listen_queue(std::uint64_t cgroup, std::uint16_t port, std::uint32_t waiting,
                           std::uint32_t network_namespace) {
  return {.time = kWindowStart + std::chrono::seconds(1),
          .network_namespace = network_namespace,
          .cgroup = CgroupId(cgroup),
          .pid = Pid(0),
          .port = port,
          .waiting = waiting,
          .backlog = 128};
}

LossCount a_loss(std::string cause, std::uint64_t count, std::uint64_t cgroup) {
  return {.until = kWindowStart + std::chrono::seconds(1),
          .cause = std::move(cause),
          .cgroup = CgroupId(cgroup),
          .count = count};
}

SamplerTicks some_ticks(std::uint64_t expected, std::uint64_t idle, std::uint64_t delivered) {
  return {.until = kWindowStart + std::chrono::seconds(1),
          .expected = expected,
          .idle = idle,
          .delivered = delivered};
}

}  // namespace culprit
