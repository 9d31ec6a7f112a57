// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/finding.h"

namespace culprit {

/// Threads that never sleep: `runaway_loop` with a proof, `busy_poll` when they ask in vain,
/// `long_computation` (context) when they are merely busy and silent. Threads that make useful
/// system calls are left to the others.
class RunawayLoopDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

}  // namespace culprit
