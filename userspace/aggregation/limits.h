// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace culprit {

// How much one window may hold. What a container does can reach every one of these; beyond it,
// details are folded together and counted, and the totals stay right.

/// Distinct pairs of cgroup ids: a host with 10,000 containers has room, a cgroup storm has not.
inline constexpr std::size_t kCgroupLimit = 65'536;
/// Paths of cgroups created inside the window, at most 256 bytes each.
inline constexpr std::size_t kCreatedPathLimit = 16'384;
/// Frames of raw stacks, 16 bytes each: 32 MB.
inline constexpr std::size_t kRawFrameLimit = 2'097'152;
/// Distinct (thread, stack, context): about 130 bytes each.
inline constexpr std::size_t kSampleRowLimit = 262'144;
inline constexpr std::size_t kThreadLimit = 65'536;
/// Threads that get a row of their own in a Profile, those with the most samples.
inline constexpr std::size_t kThreadRowLimit = 16'384;
inline constexpr std::size_t kPidLimit = 131'072;
inline constexpr std::size_t kProcessRowLimit = 16'384;
inline constexpr std::size_t kSyscallRowLimit = 65'536;
/// Rows by process; beyond it rows lose their process, beyond twice as many their destination.
inline constexpr std::size_t kConnectRowLimit = 16'384;
inline constexpr std::size_t kExchangeRowLimit = 16'384;
inline constexpr std::size_t kWriteRowLimit = 16'384;
/// Distinct written file objects.
inline constexpr std::size_t kWriteObjectLimit = 4'096;
/// Distinct stacks of one destination or written object.
inline constexpr std::size_t kStacksPerRowLimit = 1'024;
inline constexpr std::size_t kNamesPerRowLimit = 64;
inline constexpr std::size_t kPidsPerRowLimit = 1'024;
inline constexpr std::size_t kListenQueueLimit = 16'384;
/// Calls of suspected threads that were watched.
inline constexpr std::size_t kCallWatchLimit = 256;
inline constexpr std::size_t kDiskLimit = 256;
inline constexpr std::size_t kLossCauseLimit = 64;
inline constexpr std::size_t kUnresolvedModuleLimit = 256;
/// Distinct frames with a name, a few hundred bytes each.
inline constexpr std::size_t kFrameLimit = 262'144;
/// Frames of one named stack (inlined ones make it longer than the raw one).
inline constexpr std::size_t kPathLimit = 4'096;
/// Seconds that are told apart; what comes later is counted in the last one.
inline constexpr std::uint32_t kSecondLimit = 3'600;

}  // namespace culprit
