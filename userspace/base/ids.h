// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/strong_id.h"

namespace culprit {

/// A process as userspace counts: the kernel calls it tgid.
using Pid = StrongId<struct PidTag, std::uint32_t>;
/// A thread as userspace counts: the kernel calls it pid.
using Tid = StrongId<struct TidTag, std::uint32_t>;
using CpuId = StrongId<struct CpuIdTag, std::uint32_t>;
/// The kernfs id of a cgroup directory; equals its inode number on 64-bit kernels since 5.5.
using CgroupId = StrongId<struct CgroupIdTag, std::uint64_t>;
/// The 64-bit hash of a raw stack (kinds and addresses of all frames), computed in the kernel.
using StackHash = StrongId<struct StackHashTag, std::uint64_t>;
/// Names one address space for its whole life: told apart across exec, vfork and pid reuse.
using AddressSpaceId = StrongId<struct AddressSpaceIdTag, std::uint64_t>;
using InstructionAddress = StrongId<struct InstructionAddressTag, std::uint64_t>;

/// A process for its whole life: the pid alone is reused.
struct ProcessKey {
  Pid pid;
  /// Start of the thread-group leader, nanoseconds of CLOCK_BOOTTIME.
  std::uint64_t start_boottime_ns = 0;

  auto operator<=>(const ProcessKey&) const = default;
};

}  // namespace culprit

template <>
struct std::hash<culprit::ProcessKey> {
  std::size_t operator()(const culprit::ProcessKey& key) const noexcept {
    return std::hash<std::uint64_t>{}(key.start_boottime_ns * 0x9E3779B97F4A7C15ULL +
                                      key.pid.value());
  }
};
