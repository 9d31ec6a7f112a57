// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "containers/container.h"
#include "samples/sample.h"

namespace culprit {

/// The largest value of each enumeration that a file may hold; a larger one is damage.
template <typename Enum>
inline constexpr Enum kLargest = Enum{};
template <>
inline constexpr auto kLargest<CpuContext> = CpuContext::KernelThread;
template <>
inline constexpr auto kLargest<StackEnd> = StackEnd::CopyTooShort;
template <>
inline constexpr auto kLargest<FrameKind> = FrameKind::Inlined;
template <>
inline constexpr auto kLargest<Protocol> = Protocol::Unix;
template <>
inline constexpr auto kLargest<ConnectOutcome> = ConnectOutcome::Attempted;
template <>
inline constexpr auto kLargest<FileKind> = FileKind::Other;
template <>
inline constexpr auto kLargest<ProcessEventKind> = ProcessEventKind::Exit;
template <>
inline constexpr auto kLargest<CallEnd> = CallEnd::LostSight;
template <>
inline constexpr auto kLargest<WorkloadKind> = WorkloadKind::Host;

}  // namespace culprit
