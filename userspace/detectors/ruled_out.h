// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "detectors/finding.h"

namespace culprit {

/// What a pegged host is often blamed on and this one is not, with the numbers that say so. Only
/// what was measured can be ruled out, and nothing that a finding speaks of.
std::vector<RuledOut> rule_out(const Profile& profile, const std::vector<Finding>& findings);

}  // namespace culprit
