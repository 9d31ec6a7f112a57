// SPDX-License-Identifier: Apache-2.0
#include "containers/proc_text.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "containers/text_fields.h"

namespace culprit {

std::optional<ProcStat> parse_proc_stat(std::string_view text) {
  // The name stands in parentheses and may hold parentheses and spaces itself.
  const std::size_t open = text.find('(');
  const std::size_t close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const std::vector<std::string_view> values = fields(text.substr(close + 1), ' ');
  constexpr std::size_t kFirst = 3;  // proc(5) numbers the fields from 1; the name is 2
  constexpr std::size_t kParent = 4 - kFirst, kUser = 14 - kFirst, kSystem = 15 - kFirst,
                        kStart = 22 - kFirst;
  if (values.size() <= kStart) {
    return std::nullopt;
  }
  const auto parent = to_number(values[kParent]), user = to_number(values[kUser]),
             system = to_number(values[kSystem]), start = to_number(values[kStart]);
  if (!parent || *parent > UINT32_MAX || !user || !system || !start) {
    return std::nullopt;
  }
  ProcStat stat;
  stat.comm = std::string(text.substr(open + 1, close - open - 1));
  stat.parent = static_cast<std::uint32_t>(*parent);
  stat.user_ticks = *user;
  stat.system_ticks = *system;
  stat.start_ticks = *start;
  return stat;
}

std::optional<std::uint32_t> parse_inner_pid(std::string_view status) {
  for (const std::string_view line : fields(status, '\n')) {
    if (line.substr(0, 6) != "NSpid:") {
      continue;
    }
    const std::vector<std::string_view> pids = fields(line.substr(6), '\t');
    const auto inner = pids.size() < 2 ? std::nullopt : to_number(pids.back());
    return inner && *inner <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(*inner))
                                         : std::nullopt;
  }
  return std::nullopt;
}

ProcCgroups parse_proc_cgroup(std::string_view text) {
  ProcCgroups paths;
  std::size_t best = 3;
  for (const std::string_view line : fields(text, '\n')) {
    const std::vector<std::string_view> parts = fields(line, ':', 3);
    if (parts.size() != 3) {
      continue;
    }
    if (parts[0] == "0" && parts[1].empty()) {
      paths.v2 = std::string(parts[2]);
      continue;
    }
    const std::vector<std::string_view> controllers = fields(parts[1], ',');
    std::size_t rank = 0;
    for (const std::string_view wanted : {"cpu", "memory", "pids"}) {
      if (rank < best &&
          std::find(controllers.begin(), controllers.end(), wanted) != controllers.end()) {
        best = rank;
        paths.v1 = std::string(parts[2]);
      }
      ++rank;
    }
  }
  return paths;
}

std::optional<std::uint32_t> parse_namespace_link(std::string_view target) {
  const std::size_t open = target.find('[');
  const std::size_t close = target.find(']');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return std::nullopt;
  }
  const auto inode = to_number(target.substr(open + 1, close - open - 1));
  return inode && *inode <= UINT32_MAX ? std::optional(static_cast<std::uint32_t>(*inode))
                                       : std::nullopt;
}

}  // namespace culprit
