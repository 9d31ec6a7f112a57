// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "samples/usage.h"

namespace culprit {

/// The first line of /proc/stat as times; guest time is taken out of user time.
Result<CpuTimes> parse_cpu_times(std::string_view stat, std::chrono::nanoseconds tick);

/// /proc/diskstats, those of `whole_disks` only: partitions are part of them.
std::vector<DiskUsage> parse_disks(std::string_view diskstats,
                                   const std::vector<std::string>& whole_disks);

/// Whether a block device is a disk of its own, and not one made of others or of memory.
bool is_real_disk(std::string_view name);

/// Reads the host's counters. Not thread-safe.
class HostCounters {
 public:
  explicit HostCounters(std::string proc_root = "/proc", std::string sys_root = "/sys");

  /// Fails only when /proc/stat cannot be read; what else this kernel lacks stays empty.
  Result<HostUsage> read(KernelTime now);

 private:
  [[nodiscard]] std::string file(const char* name) const;
  [[nodiscard]] std::vector<std::string> whole_disks() const;

  std::string proc_root_;
  std::string sys_root_;
  std::chrono::nanoseconds tick_;
};

}  // namespace culprit
