// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "aggregation/profile.h"

namespace culprit {

/// How one thread spent the time between its first and its last sample of the window.
struct ThreadLife {
  double seconds = 0;
  /// Running, waiting for a CPU or throttled, of that time. A crowd or a limit does not hide it.
  double runnable_share = 0;
  double voluntary_switches_per_s = 0;
  bool never_sleeps = false;
};

ThreadLife life_of(const Profile& profile, const ThreadProfile& thread);

/// Whether the thread was still at it when the window ended, give or take a few missed ticks.
bool runs_to_the_end(const Profile& profile, const ThreadProfile& thread);

/// Threads whose full-time work has an explanation of its own and is no loop of the application.
enum class ThreadRole : std::uint8_t { Application, GarbageCollector, JitCompiler, VirtualCpu };

ThreadRole role_of(const ThreadProfile& thread);

}  // namespace culprit
