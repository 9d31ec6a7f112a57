// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/finding.h"

namespace culprit {

/// The same small question and the same answer, over and over on kept-alive connections, by a
/// process that serves hardly anybody. Judged by sizes only, hence never very sure.
class RequestStormDetector : public Detector {
 public:
  [[nodiscard]] std::vector<Finding> detect(const Profile& profile) const override;
};

}  // namespace culprit
