// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// One line per call path and its samples: "container;process;frame;frame count", root first,
/// kernel frames marked "_[k]"; what flame graph tools read. Sorted, so that equal windows give
/// equal bytes.
class FoldedExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

/// The same for a tree that belongs to nobody, without a container in front.
std::string folded_stacks(const CallTree& calls, const FrameTable& frames);

/// The same for one container, service or kernel activity.
std::string folded_stacks(const Profile& profile, const WorkloadProfile& workload);

}  // namespace culprit
