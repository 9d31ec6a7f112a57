// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace culprit {

// Pure readers of the files in /proc/PID. Their content is partly the process's own to choose.

/// What culprit needs of /proc/PID/stat; times in clock ticks.
struct ProcStat {
  std::string comm;  ///< raw bytes
  std::uint32_t parent = 0;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  std::uint64_t start_ticks = 0;  ///< since boot
};
std::optional<ProcStat> parse_proc_stat(std::string_view text);

/// The pid in the innermost pid namespace, from the NSpid line of /proc/PID/status; nothing when
/// the process is in one namespace only.
std::optional<std::uint32_t> parse_inner_pid(std::string_view status);

/// The paths of /proc/PID/cgroup: v2 and that of the hierarchy which tells containers apart on v1
/// (cpu, else memory, else pids). Empty when there is no such line.
struct ProcCgroups {
  std::string v2;
  std::string v1;
};
ProcCgroups parse_proc_cgroup(std::string_view text);

/// The inode number in a namespace link such as "net:[4026531840]".
std::optional<std::uint32_t> parse_namespace_link(std::string_view target);

}  // namespace culprit
