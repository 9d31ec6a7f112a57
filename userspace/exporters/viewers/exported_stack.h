// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "aggregation/profile.h"

namespace culprit {

/// One call path with its samples and everything a viewer may group them by. Valid during the call
/// that hands it over.
struct ExportedStack {
  const WorkloadProfile* workload = nullptr;
  const ThreadProfile* thread = nullptr;    ///< null for interrupts and where threads are unknown
  const ProcessProfile* process = nullptr;  ///< likewise
  std::span<const FrameId> frames;          ///< outermost first, code only; never empty
  std::uint64_t samples = 0;
  const SecondCounts* seconds = nullptr;  ///< null when not known
};

/// Calls `visit` with every sampled path of a profile. What it hands over adds up to the call
/// trees.
void for_each_exported_stack(const Profile& profile,
                             const std::function<void(const ExportedStack&)>& visit);

/// A label of a stack: the text, displayable and never empty.
struct StackLabel {
  std::string key;
  std::string text;
  std::uint64_t number = 0;  ///< when text is empty
};

/// container, image, pod, comm, thread, pid, tid: those that are known.
std::vector<StackLabel> labels_of(const ExportedStack& stack);

/// CPU time that one sample stands for.
std::uint64_t nanoseconds_per_sample(const Profile& profile);

}  // namespace culprit
