// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace culprit {

/// How much CPU and memory a cgroup may use; nothing where there is no limit.
struct CgroupLimits {
  std::optional<double> cpu_cores;
  std::optional<std::uint64_t> memory_bytes;
};

/// "<quota> <period>" or "max <period>" of cpu.max, as cores.
std::optional<double> parse_cpu_max(std::string_view text);

/// The limits that bind a cgroup: the smallest of its own and of all above it. `roots` are the
/// hierarchies' mount points by controller ("unified" for v2), `path` is the cgroup's below them.
CgroupLimits read_cgroup_limits(const std::map<std::string, std::string>& roots,
                                std::string_view path);

}  // namespace culprit
