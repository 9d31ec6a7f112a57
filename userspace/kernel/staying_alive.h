// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include "base/ids.h"
#include "base/result.h"

namespace culprit {

/// A share of one CPU that a thread may count on, however many others want to run.
struct CpuReservation {
  std::chrono::microseconds runtime;
  std::chrono::microseconds period;
};

/// For the thread that drains the kernel: 15 % of one CPU.
inline constexpr CpuReservation kReaderReservation{std::chrono::milliseconds(3),
                                                   std::chrono::milliseconds(20)};
/// For naming, judging and writing the report: 35 % of one CPU.
inline constexpr CpuReservation kReportReservation{std::chrono::milliseconds(7),
                                                   std::chrono::milliseconds(20)};
/// For the process that parses files and the one that forks it, each; and for whoever asks the
/// engine. All together take 85 % of one CPU: the smallest host grants 95 %.
inline constexpr CpuReservation kParserReservation{std::chrono::milliseconds(3),
                                                   std::chrono::milliseconds(20)};
inline constexpr CpuReservation kHelperReservation{std::chrono::milliseconds(1),
                                                   std::chrono::milliseconds(20)};

/// How a thread was given its share.
enum class Priority : std::uint8_t {
  Deadline,  ///< SCHED_DEADLINE: a bounded share, before every other class
  Nice,      ///< nice -20: better than nothing beside normal tasks
  Unchanged  ///< no right to do either
};

/// Gives one thread (0: the calling one) its share: SCHED_DEADLINE where it is allowed (children
/// start without it), else nice -20. FIFO is not tried: it starves against FIFO-99 and is refused
/// in child groups of the v1 cpu controller. With autogroups nice counts inside of the session
/// only; the session's own is left alone, for it would outlive us.
Priority reserve_cpu(Tid thread, CpuReservation reservation);

/// Back to the normal class at this nice value.
Status release_cpu(Tid thread, int nice_value);

/// Touched pages stay in memory (RLIMIT_MEMLOCK and rights permitting).
Status lock_memory();

/// Asks the out-of-memory killer to take others first.
Status spare_from_oom_killer();

/// The calling thread's kernel id.
Tid current_thread();

}  // namespace culprit
