// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace culprit {

/// The clock of bpf_ktime_get_ns and of std::chrono::steady_clock: CLOCK_MONOTONIC.
using KernelTime = std::chrono::steady_clock::time_point;

constexpr KernelTime from_ktime_ns(std::uint64_t nanoseconds) {
  return KernelTime(std::chrono::nanoseconds(nanoseconds));
}

constexpr double seconds_of(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace culprit
