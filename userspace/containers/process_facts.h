// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.h"

namespace culprit {

/// What /proc said about a process while it lived. All texts are displayable.
struct ProcessFacts {
  ProcessKey key;
  Pid parent;
  std::optional<std::uint32_t> inner_pid;  ///< pid in the innermost pid namespace, when it differs
  std::string comm;
  std::string executable;    ///< target of /proc/PID/exe; empty for kernel threads
  std::string command_line;  ///< redacted: no passwords, tokens or user info of URLs
  std::string cgroup_path;   ///< v2 path, else the one of the v1 cpu controller
  std::uint32_t network_namespace = 0;
  std::optional<std::chrono::system_clock::time_point> started_at;
  std::chrono::nanoseconds lifetime_cpu{0};  ///< user and system, at the moment of reading
};

}  // namespace culprit
