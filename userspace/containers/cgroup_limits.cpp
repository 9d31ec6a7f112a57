// SPDX-License-Identifier: Apache-2.0
#include "containers/cgroup_limits.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/text_file.h"
#include "containers/text_fields.h"

namespace culprit {
namespace {

/// v1 says "no limit" as the largest multiple of the page size that fits into 63 bits.
constexpr std::uint64_t kNoLimitFrom = 1ULL << 62U;

template <typename Number>
void keep_smaller(std::optional<Number>& known, const std::optional<Number>& more) {
  if (more && (!known || *more < *known)) {
    known = more;
  }
}

std::string content_of(const std::string& directory, const char* name) {
  return read_text_file(directory + "/" + name, 4096).value_or({});
}

std::optional<std::uint64_t> memory_limit(const std::string& directory, const char* name) {
  const auto limit = to_number(content_of(directory, name));  // "max" is no number
  return limit && *limit < kNoLimitFrom ? limit : std::nullopt;
}

std::optional<double> cores_of(std::optional<std::uint64_t> quota,
                               std::optional<std::uint64_t> period) {
  if (!quota || !period || *period == 0) {
    return std::nullopt;
  }
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

/// The path itself and all above it but the root, which has no limits.
std::vector<std::string> upwards(std::string_view path) {
  std::vector<std::string> paths;
  while (path.size() > 1 && path.front() == '/') {
    paths.emplace_back(path);
    path = path.substr(0, path.rfind('/'));
  }
  return paths;
}

}  // namespace

std::optional<double> parse_cpu_max(std::string_view text) {
  const std::vector<std::string_view> parts = fields(text, ' ');
  return parts.size() == 2 ? cores_of(to_number(parts[0]), to_number(parts[1])) : std::nullopt;
}

CgroupLimits read_cgroup_limits(const std::map<std::string, std::string>& roots,
                                std::string_view path) {
  CgroupLimits limits;
  const auto root = [&](const char* controller) {
    const auto found = roots.find(controller);
    return found == roots.end() ? std::string() : found->second;
  };
  const std::string unified = root("unified"), cpu = root("cpu"), memory = root("memory");
  for (const std::string& each : upwards(path)) {
    if (!unified.empty()) {
      keep_smaller(limits.cpu_cores, parse_cpu_max(content_of(unified + each, "cpu.max")));
      keep_smaller(limits.memory_bytes, memory_limit(unified + each, "memory.max"));
    }
    if (!cpu.empty()) {
      // Without a limit the quota is -1, which is no number here.
      keep_smaller(limits.cpu_cores,
                   cores_of(to_number(content_of(cpu + each, "cpu.cfs_quota_us")),
                            to_number(content_of(cpu + each, "cpu.cfs_period_us"))));
    }
    if (!memory.empty()) {
      keep_smaller(limits.memory_bytes, memory_limit(memory + each, "memory.limit_in_bytes"));
    }
  }
  return limits;
}

}  // namespace culprit
