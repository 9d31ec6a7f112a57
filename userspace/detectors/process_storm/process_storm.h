// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/finding.h"

namespace culprit {

/// Processes started so fast that starting them is the work: no thread is hot, the children's
/// samples add up. A build is none: its children do work of their own.
class ProcessStormDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

/// A container or service that dies and is started again.
class RestartLoopDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

}  // namespace culprit
