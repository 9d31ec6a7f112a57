// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/checkup.h"

namespace culprit {

/// What this process may do, as the kernel told.
struct Rights {
  std::uint64_t effective = 0;  ///< capabilities, a bit each
  bool filtered = false;        ///< a seccomp filter is at work
  bool host_pid_namespace = true;
  std::optional<int> perf_event_paranoid;
  std::optional<int> kptr_restrict;
  std::string lockdown;            ///< "none", "integrity", "confidentiality"; empty: no such thing
  std::uint64_t locked_bytes = 0;  ///< RLIMIT_MEMLOCK
  bool charges_maps_to_limit = false;  ///< kernels before 5.11 count BPF maps against it
};

/// Reads CapEff and Seccomp out of a /proc/PID/status text.
void parse_status(std::string_view status, Rights& rights);
/// "none [integrity] confidentiality" is "integrity".
std::string parse_lockdown(std::string_view text);

/// Asks the kernel about this process.
Rights read_rights();

/// What these rights allow: one check for each capability that culprit has a use for, and for each
/// setting that can be in its way.
std::vector<Check> judge_rights(const Rights& rights);

}  // namespace culprit
