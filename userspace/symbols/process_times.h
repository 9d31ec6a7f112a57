// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>

namespace culprit {

/// What a process of one thread did with its time, as the kernel tells it.
struct ProcessTimes {
  bool runnable = true;  ///< runs or wants to; else it sleeps, waits for a disk or is stopped
  std::chrono::nanoseconds on_cpu{0};
  /// Runnable without a CPU, up to the last time it got one: the present wait is not in it.
  std::chrono::nanoseconds waited_for_cpu{0};
};

/// All zero and runnable when the kernel does not tell, or the process has ended.
ProcessTimes times_of(pid_t pid);

/// The most that the process has had in memory at once; 0 as above.
std::uint64_t peak_resident_bytes(pid_t pid);

}  // namespace culprit
