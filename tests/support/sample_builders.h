// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "samples/sample.h"

namespace culprit {

// Samples as sentences: a_cpu_sample().of(4711).in(70).at(2s).with_stack(9). Numbers stand for ids,
// times count from the window's start (kWindowStart). Each builder turns into its sample.

inline constexpr KernelTime kWindowStart{std::chrono::hours(1)};

class CpuSampleBuilder {
 public:
  /// Of the process's first thread; its life is told apart by `start_boottime_ns`.
  CpuSampleBuilder& of(std::uint32_t pid, std::uint64_t start_boottime_ns = 1);
  CpuSampleBuilder& thread(std::uint32_t tid, std::uint64_t start_boottime_ns = 1);
  CpuSampleBuilder& in(std::uint64_t cgroup);
  CpuSampleBuilder& in_v1(std::uint64_t cgroup);
  CpuSampleBuilder& at(std::chrono::nanoseconds since_start);
  CpuSampleBuilder& named(std::string comm);
  CpuSampleBuilder& in_syscall(std::int32_t number);
  CpuSampleBuilder& in_context(CpuContext context);
  CpuSampleBuilder& with_stack(std::uint64_t hash);
  CpuSampleBuilder& in_address_space(std::uint64_t id);
  CpuSampleBuilder& with_progress(ThreadProgress progress);

  operator CpuSample() const { return sample_; }  // NOLINT(google-explicit-constructor)

 private:
  CpuSample sample_;
};
CpuSampleBuilder a_cpu_sample();

/// A stack of these user addresses, innermost first; kernel frames are put before them.
class StackBuilder {
 public:
  explicit StackBuilder(std::uint64_t hash) { stack_.hash = StackHash(hash); }
  StackBuilder& kernel(const std::vector<std::uint64_t>& addresses);
  StackBuilder& user(const std::vector<std::uint64_t>& addresses);
  StackBuilder& ending(StackEnd end);

  operator RawStack() const { return stack_; }  // NOLINT(google-explicit-constructor)

 private:
  RawStack stack_;
};
StackBuilder a_stack(std::uint64_t hash);

class SyscallCountBuilder {
 public:
  explicit SyscallCountBuilder(std::uint32_t number) { count_.number = number; }
  SyscallCountBuilder& of(std::uint32_t pid, std::uint32_t tid = 0);
  SyscallCountBuilder& in(std::uint64_t cgroup);
  SyscallCountBuilder& until(std::chrono::nanoseconds since_start);
  SyscallCountBuilder& times(std::uint64_t count);
  SyscallCountBuilder& failing(std::uint16_t error);
  SyscallCountBuilder& returning_zero();
  SyscallCountBuilder& compat();

  operator SyscallCount() const { return count_; }  // NOLINT(google-explicit-constructor)

 private:
  SyscallCount count_;
};
SyscallCountBuilder a_syscall(std::uint32_t number);

class ConnectCountBuilder {
 public:
  explicit ConnectCountBuilder(ConnectOutcome outcome) { count_.outcome = outcome; }
  ConnectCountBuilder& of(std::uint32_t pid);
  ConnectCountBuilder& in(std::uint64_t cgroup);
  ConnectCountBuilder& to(std::string address, std::uint16_t port,
                          std::uint32_t network_namespace = 0);
  ConnectCountBuilder& over(Protocol protocol);
  ConnectCountBuilder& until(std::chrono::nanoseconds since_start);
  ConnectCountBuilder& times(std::uint64_t count);
  ConnectCountBuilder& failing(std::uint16_t error);
  ConnectCountBuilder& with_stack(std::uint64_t hash);
  ConnectCountBuilder& looking_up(std::string hostname);
  ConnectCountBuilder& with_gaps(std::size_t bucket, std::uint32_t count);
  ConnectCountBuilder& taking(std::chrono::nanoseconds latency_sum);

  operator ConnectCount() const { return count_; }  // NOLINT(google-explicit-constructor)

 private:
  ConnectCount count_;
};
ConnectCountBuilder a_connect(ConnectOutcome outcome);

class ExchangeCountBuilder {
 public:
  ExchangeCountBuilder& of(std::uint32_t pid, std::uint32_t tid);
  ExchangeCountBuilder& in(std::uint64_t cgroup);
  ExchangeCountBuilder& with(std::string address, std::uint16_t port);
  ExchangeCountBuilder& as_client();
  ExchangeCountBuilder& on_connection(std::uint64_t connection);
  ExchangeCountBuilder& until(std::chrono::nanoseconds since_start);
  ExchangeCountBuilder& times(std::uint64_t exchanges, std::uint64_t same_sizes);
  ExchangeCountBuilder& of_sizes(std::uint32_t request_bytes, std::uint32_t response_bytes);
  ExchangeCountBuilder& with_stack(std::uint64_t hash);

  operator ExchangeCount() const { return count_; }  // NOLINT(google-explicit-constructor)

 private:
  ExchangeCount count_;
};
ExchangeCountBuilder an_exchange();

class WriteCountBuilder {
 public:
  explicit WriteCountBuilder(FileKind kind) { count_.kind = kind; }
  WriteCountBuilder& of(std::uint32_t pid);
  WriteCountBuilder& in(std::uint64_t cgroup);
  WriteCountBuilder& to(std::uint64_t inode, std::string path = {});
  WriteCountBuilder& by_descriptor(std::uint32_t descriptor);
  WriteCountBuilder& until(std::chrono::nanoseconds since_start);
  WriteCountBuilder& calls(std::uint64_t calls, std::uint64_t bytes, std::uint64_t text_calls = 0);
  /// Printable calls, and what was seen inside of them.
  WriteCountBuilder& printable(std::uint64_t calls, std::uint64_t bytes, std::uint64_t newlines);
  WriteCountBuilder& with_stack(std::uint64_t hash);
  WriteCountBuilder& appending();
  WriteCountBuilder& failing(std::uint64_t failures, std::uint16_t error);

  operator WriteCount() const { return count_; }  // NOLINT(google-explicit-constructor)

 private:
  WriteCount count_;
};
WriteCountBuilder a_write(FileKind kind);

class ProcessEventBuilder {
 public:
  explicit ProcessEventBuilder(ProcessEventKind kind);
  ProcessEventBuilder& of(std::uint32_t pid, std::uint64_t start_boottime_ns = 1);
  ProcessEventBuilder& in(std::uint64_t cgroup);
  ProcessEventBuilder& at(std::chrono::nanoseconds since_start);
  ProcessEventBuilder& named(std::string comm);
  ProcessEventBuilder& exiting_with(std::int32_t code);
  ProcessEventBuilder& in_address_space(std::uint64_t id);

  operator ProcessEvent() const { return event_; }  // NOLINT(google-explicit-constructor)

 private:
  ProcessEvent event_;
};
ProcessEventBuilder a_fork();
ProcessEventBuilder an_exec();
ProcessEventBuilder an_exit();

/// Counters of all CPUs since boot; what is not said is 0.
class HostUsageBuilder {
 public:
  HostUsageBuilder& at(std::chrono::nanoseconds since_start);
  HostUsageBuilder& cpu(CpuTimes times);
  HostUsageBuilder& cpu_pressure(Pressure pressure);
  HostUsageBuilder& memory_pressure(Pressure pressure);

  operator HostUsage() const { return usage_; }  // NOLINT(google-explicit-constructor)

 private:
  HostUsage usage_;
};
HostUsageBuilder a_host_usage();

class CgroupUsageBuilder {
 public:
  explicit CgroupUsageBuilder(std::uint64_t cgroup) { usage_.cgroup = CgroupId(cgroup); }
  CgroupUsageBuilder& at(std::chrono::nanoseconds since_start);
  CgroupUsageBuilder& cpu(std::chrono::nanoseconds used);
  CgroupUsageBuilder& throttled(std::uint64_t periods, std::uint64_t throttled_periods);
  CgroupUsageBuilder& memory(std::uint64_t bytes);
  CgroupUsageBuilder& io(std::uint64_t bytes);

  operator CgroupUsage() const { return usage_; }  // NOLINT(google-explicit-constructor)

 private:
  CgroupUsage usage_;
};
CgroupUsageBuilder a_cgroup_usage(std::uint64_t cgroup);

/// A listening socket with `waiting` connections.
ListenQueue a_listen_queue(std::uint64_t cgroup, std::uint16_t port, std::uint32_t waiting,
                           std::uint32_t network_namespace = 0);
LossCount a_loss(std::string cause, std::uint64_t count, std::uint64_t cgroup = 0);
SamplerTicks some_ticks(std::uint64_t expected, std::uint64_t idle, std::uint64_t delivered);

}  // namespace culprit
