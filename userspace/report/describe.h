// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregation/profile.h"
#include "detectors/finding.h"

namespace culprit {

// What every exporter asks of a profile and a finding. All pure; the texts are as displayable as
// those of the profile.

/// The name a person knows a workload by; for the kernel's own work "softirq", "kernel threads".
std::string workload_name(const WorkloadProfile& workload);

/// "softirq" for "kernel:softirq"; other names as they are.
std::string kernel_activity_name(std::string_view name);

/// "high" from 0.8, "medium" from 0.5, else "low".
std::string_view confidence_word(double confidence);

std::string_view role_name(FindingRole role);
std::string_view target_kind_name(TargetKind kind);
/// "kernel", "native", "python", ...
std::string_view frame_kind_name(FrameKind kind);

/// What the blamed frame is to the behaviour: "loop", "connect call", "write call", ...
std::string_view place_role(FindingKind kind);

/// The workload a finding is about: the dearest of its group; null when it is about the host.
const WorkloadProfile* dearest_workload(const Profile& profile, const Finding& finding);

/// The frame to blame; null when no code is to blame.
const ResolvedFrame* blamed_frame(const Profile& profile, const Finding& finding);

/// "/app/tags.py:11", the module when there is no line, empty when there is neither.
std::string source_of(const ResolvedFrame& frame);

/// "172.18.0.3:3306 (mysql)", "[::1]:80", "/var/log/app.log", "stdout".
std::string describe_target(const FindingTarget& target);

/// The process with this key; null when it is not in the profile.
const ProcessProfile* find_process(const Profile& profile, const ProcessKey& key);

/// Time between a container's start and the window's end; empty when the start is not known.
std::optional<std::chrono::nanoseconds> age_of(const Profile& profile, const Container& container);

/// The last component of an image's name after its colon: "v42"; empty without a tag.
std::string_view image_tag(std::string_view image);

/// A workload's function and how many of its samples ended in it, or in the kernel for it.
struct FunctionShare {
  FrameId frame;  ///< of the line seen most
  std::uint64_t samples = 0;
  double share = 0;  ///< of the tree's samples
};

/// The functions that `calls` ends in, most first, at most `limit`. Work of the kernel counts for
/// the innermost function outside of it, for that is what its owner can change; stacks that are
/// all kernel count for the kernel's function. The root's children are processes, not functions.
std::vector<FunctionShare> top_functions(const CallTree& calls, const FrameTable& frames,
                                         std::size_t limit);

/// The same with all that a function calls; its line is the one that most samples were below. The
/// kernel's functions are left out.
std::vector<FunctionShare> functions_with_callees(const CallTree& calls, const FrameTable& frames,
                                                  std::size_t limit);

}  // namespace culprit
