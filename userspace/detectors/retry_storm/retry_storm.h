// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/finding.h"

namespace culprit {

/// Attempts to reach a destination that fail, again and again, without backing off:
/// `retry_storm` when they cost more than the gate, else `destination_down` (contributing).
class RetryStormDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

}  // namespace culprit
