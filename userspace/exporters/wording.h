// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "report/report.h"

namespace culprit {

// Numbers, times and recurring phrases as both a person's formats (text, Markdown) word them.
// Names in them are displayable and short; escaping them for a format is the caller's part.

/// A stranger's name as people's formats show it: displayable, its middle left out when long.
std::string short_name(std::string_view name, std::size_t columns = 40);

/// A detector's sentence as people's formats show it: displayable, of a few lines at most.
std::string sentence(std::string_view text);

/// "94 s", "12 min", "5 h", "3 d".
std::string word_duration(std::chrono::nanoseconds duration);
/// "512 B", "1.9 GiB".
std::string word_bytes(std::uint64_t bytes);
/// "0.0 %", "12.3 %".
std::string word_percent(double share);
/// "2026-01-31T03:12:44Z", RFC 3339 in UTC, whole seconds.
std::string utc_date_time(std::chrono::system_clock::time_point time);
/// "03:12:44Z".
std::string utc_time_of_day(std::chrono::system_clock::time_point time);

/// "culprit 0.1  host ip-10-0-3-7 (2 cpus, 1.9 GiB)".
std::string word_host(const Report& report);
/// "10.0 s to 03:12:44Z  99 Hz  lost 0.0 %".
std::string word_window(const Report& report);

/// "0.31 core", "1.00 core", "2.40 cores".
std::string word_cores(double cores);

/// "1.00 core of its own + 0.31 elsewhere (dockerd 0.31), of 2 cpus".
std::string word_cost(const Report& report, const Finding& finding);

/// "tcp 172.18.0.3:3306 (mysql)", "stdout".
std::string word_target(const FindingTarget& target);

/// "python3 pid 8121 (7 inside)", "java pid 411 thread http-1, and 3 more"; empty without threads.
std::string word_processes(const Profile& profile, const Finding& finding);

/// "backend-2 (shop/backend:v42) started 94 s ago; backend-1 (v41) still runs"; empty when unknown.
std::string word_since(const Profile& profile, const Finding& finding);

/// "worker-1, worker-2 and 3 more"; empty for a group of one.
std::string word_group(const Profile& profile, const Finding& finding);

/// The proof in one line; from the evidence when the detector gave no sentence.
std::string word_proof(const Finding& finding);

/// "swap (0 pages/s)".
std::string word_ruled_out(const RuledOut& item);

/// "stacks: 97.1 % whole; no unwind rows 2.9 %"; empty when nearly all are whole.
std::string word_cut_stacks(const Profile& profile);
/// One sentence per limit of this run: degraded hooks, losses, an interruption, what was filtered.
std::vector<std::string> word_limits(const Report& report);

/// Shares as whole hundredths whose sum is that of the shares, rounded: so that the figures that
/// are printed add up for whoever does the sum.
std::vector<std::int64_t> hundredths(const std::vector<CpuShare>& shares);

}  // namespace culprit
