// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/finding.h"

namespace culprit {

/// Lines written without a pause, with harm, from one place in the code. What a container prints
/// is billed to it, not to the engine that carries it.
class LogFloodDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

}  // namespace culprit
