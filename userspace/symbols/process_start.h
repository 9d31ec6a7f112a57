// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace culprit {

/// The text from one of the later fields (3 and up) of /proc/PID/stat on; empty when there is none.
/// The process's name in field 2 is a stranger's and may hold anything, parentheses too.
std::string_view stat_field(std::string_view stat, int number);

/// Field 22 of /proc/PID/stat: when the process started, in clock ticks since boot.
std::optional<std::uint64_t> start_ticks(std::string_view stat);

/// Whether the process whose /proc directory is open started at that moment of CLOCK_BOOTTIME.
/// 0: not known, which fits all.
bool started_at(int process_directory, std::uint64_t start_boottime_ns);

}  // namespace culprit
