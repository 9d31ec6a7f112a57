// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "samples/usage.h"

namespace culprit {

/// A cgroup whose counters are wanted, and what is known of its limits.
struct CgroupTarget {
  CgroupId cgroup;
  /// "unified" (v2) and v1 controllers' names -> the cgroup's directory there.
  std::map<std::string, std::string> directories;
  std::optional<double> cpu_limit_cores;
  std::optional<std::uint64_t> memory_limit_bytes;
};

/// Bytes read and written, of all devices: io.stat of v2.
std::uint64_t parse_io_stat(std::string_view text);

/// The same from v1's blkio.throttle.io_service_bytes[_recursive].
std::uint64_t parse_blkio_bytes(std::string_view text);

/// How much one round reads: with a hundred cgroups everything costs about 12 ms of CPU, the CPU
/// counters alone a tenth of it. Then all else is as it was at the last full round; throttling is
/// read where there is a limit.
enum class CounterDetail : std::uint8_t { Everything, CpuOnly };

/// Reads the counters of many cgroups. Counters never run backwards: what a container used before
/// it was started again, with new counters, is added. Not thread-safe.
class CgroupCounters {
 public:
  /// Replaces the cgroups that are read.
  void watch(std::vector<CgroupTarget> targets);

  /// One value for each watched cgroup that still exists. A cgroup is read in full the first time.
  std::vector<CgroupUsage> read(KernelTime now, CounterDetail detail = CounterDetail::Everything);

  [[nodiscard]] std::size_t watched() const { return targets_.size(); }

 private:
  struct History {
    CgroupUsage last;     ///< as read
    CgroupUsage earlier;  ///< sums of the incarnations before
    bool seen = false;
  };

  static void keep_rising(CgroupUsage& usage, History& history);

  std::vector<CgroupTarget> targets_;
  std::unordered_map<CgroupId, History> histories_;
};

}  // namespace culprit
