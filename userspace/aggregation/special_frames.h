// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "symbols/resolved_frame.h"

namespace culprit {

/// The one frame of a sample whose stack is not known.
inline constexpr std::string_view kUnknownStackFrame = "[unknown stack]";
/// The outermost frame of a stack that does not reach its thread's outermost frame.
inline constexpr std::string_view kTruncatedStackFrame = "[truncated stack]";
/// Stands for frames that found no room in the window's table.
inline constexpr std::string_view kOtherFrame = "[other frame]";
/// The module of the frames that stand for processes in a workload's call tree.
inline constexpr std::string_view kProcessModule = "[process]";

/// A frame that stands for something else than code.
ResolvedFrame special_frame(std::string_view function);

/// The frame below which a workload's call tree holds a process's stacks; `comm` is displayable.
ResolvedFrame process_frame(std::string_view comm);

/// True for "[module+0x1f]" and "[0x7f31]": an address that nobody could name.
bool is_unresolved(const ResolvedFrame& frame);

/// True where the kernel runs soft interrupts.
bool serves_softirq(const ResolvedFrame& frame);

/// True for the outermost kernel functions of interrupts: what is above them is not their work.
bool enters_interrupt(const ResolvedFrame& frame);

/// The runtime whose code this is: "python", "node", "java", "go"; empty when it is nobody's.
std::string_view runtime_of_frame(const ResolvedFrame& frame);

/// The same from the path of a process's executable.
std::string_view runtime_of_executable(std::string_view path);

}  // namespace culprit
