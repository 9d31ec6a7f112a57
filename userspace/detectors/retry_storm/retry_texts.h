// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "detectors/finding.h"
#include "detectors/retry_storm/destination.h"
#include "detectors/retry_storm/pace.h"

namespace culprit {

/// "refused by", "timed out at": how most attempts ended, to stand before a destination.
std::string outcome_text(const Destination& destination);

/// "172.18.0.3:3306 (mysql)".
std::string destination_text(const Profile& profile, const Destination& destination);

FindingTarget target_of(const Profile& profile, const Destination& destination);

/// The numbers that make it a storm, or not.
std::vector<Evidence> storm_evidence(const Destination& destination, const Pace& pace);

/// Back off, wait for the dependency.
std::vector<Advice> storm_advice(const Profile& profile, const Destination& destination,
                                 const std::vector<FrameId>& where);

}  // namespace culprit
