// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "aggregation/call_tree.h"

namespace culprit {

/// Whether a search goes on into the kernel's frames, which come last.
enum class KernelFrames : std::uint8_t { Leave, Enter };

/// A path of functions from the outermost one, and the weight of all that lies below its end.
struct FunctionPath {
  std::vector<FrameId> frames;  ///< for each function its heaviest line
  std::uint64_t weight = 0;
};

/// Two frames of one function, whatever the line: a loop's samples spread over its lines.
bool same_function(const ResolvedFrame& left, const ResolvedFrame& right);

/// The longest path whose every step holds at least `share` of the tree's weight, and whose last
/// one is a function.
FunctionPath common_function_path(const CallTree& calls, const FrameTable& frames, double share,
                                  KernelFrames kernel_frames = KernelFrames::Leave);

/// Weight of all paths that begin with the functions of `path`. The whole tree for an empty path.
std::uint64_t weight_below(const CallTree& calls, const FrameTable& frames,
                           std::span<const FrameId> path);

/// How many functions `left` and `right` have in common from the outermost on.
std::size_t shared_depth(const FrameTable& frames, std::span<const FrameId> left,
                         std::span<const FrameId> right);

/// The C library's, loader's or kernel's code: it does what its caller asked for.
bool is_library_frame(const ResolvedFrame& frame);
/// Stands for frames that are not known; no place to blame.
bool is_marker_frame(const ResolvedFrame& frame);
/// Where every thread or process begins, or where its stack was cut: says nothing about what it
/// does.
bool is_start_frame(const ResolvedFrame& frame);

/// The loop of an interpreter: every script's every line passes it, so it names no place.
bool is_interpreter_frame(const ResolvedFrame& frame);

/// `path` up to the innermost function of a script, if there is one. Else without library frames at
/// its inner end; as it is when nothing else would be left.
std::vector<FrameId> application_path(const FrameTable& frames, std::vector<FrameId> path);

/// `path` up to the code that wanted an event: of a script, the innermost function that is no
/// library's, since loggers and clients are libraries in the script's own language.
std::vector<FrameId> asking_path(const FrameTable& frames, std::vector<FrameId> path);

/// The paths that show a script's functions, when most do but not all: before a runtime was known
/// its stacks were the interpreter's own, and have nothing in common with the later ones.
std::optional<CallTree> read_scripts(const CallTree& calls, const FrameTable& frames);

/// The function that most events come from.
struct CallSite {
  std::vector<FrameId> path;  ///< empty when no stack was seen
  double share = 0;           ///< of the weight
  std::uint64_t weight = 0;   ///< of all stacks
};

/// The heaviest of the functions at which the tree's asking paths end.
CallSite dearest_call_site(const CallTree& calls, const FrameTable& frames);

}  // namespace culprit
