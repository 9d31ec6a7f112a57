// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"

namespace culprit {

/// Times since boot, all CPUs together, from /proc/stat.
struct CpuTimes {
  std::chrono::nanoseconds user{0};  ///< nice included, guest not
  std::chrono::nanoseconds system{0};
  std::chrono::nanoseconds softirq{0};
  std::chrono::nanoseconds irq{0};
  std::chrono::nanoseconds iowait{0};
  std::chrono::nanoseconds steal{0};
  std::chrono::nanoseconds guest{0};
  std::chrono::nanoseconds idle{0};
};

/// "full" and "some" totals of one pressure-stall file.
struct Pressure {
  std::chrono::nanoseconds some{0};
  std::chrono::nanoseconds full{0};
};

struct DiskUsage {
  std::string name;
  std::chrono::nanoseconds busy{0};
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
};

/// The host's counters at one moment; differences of two say what happened between.
struct HostUsage {
  KernelTime time;
  CpuTimes cpu;
  std::optional<Pressure> cpu_pressure;
  std::optional<Pressure> memory_pressure;
  std::optional<Pressure> io_pressure;
  std::uint64_t memory_total_bytes = 0;
  std::uint64_t memory_available_bytes = 0;
  std::uint64_t swap_total_bytes = 0;
  std::uint64_t swap_free_bytes = 0;
  std::uint64_t pages_swapped_in = 0;
  std::uint64_t pages_swapped_out = 0;
  std::uint64_t forks = 0;
  std::vector<DiskUsage> disks;
};

/// One cgroup's counters at one moment.
struct CgroupUsage {
  KernelTime time;
  CgroupId cgroup;  ///< the id containers are told apart by
  std::chrono::nanoseconds cpu{0};
  std::chrono::nanoseconds throttled{0};
  std::uint64_t periods = 0;
  std::uint64_t throttled_periods = 0;
  std::optional<double> cpu_limit_cores;
  std::uint64_t memory_bytes = 0;
  std::optional<std::uint64_t> memory_limit_bytes;
  std::uint64_t major_faults = 0;
  std::uint64_t io_bytes = 0;
  std::optional<Pressure> cpu_pressure;
  std::optional<Pressure> memory_pressure;
};

/// One listening TCP socket and how many connections wait on it unaccepted.
struct ListenQueue {
  KernelTime time;
  std::uint32_t network_namespace = 0;
  CgroupId cgroup;  ///< of the process that was asked for it
  Pid pid;          ///< owner, 0 when not found
  std::uint16_t port = 0;
  std::uint32_t waiting = 0;
  std::uint32_t backlog = 0;
};

}  // namespace culprit
