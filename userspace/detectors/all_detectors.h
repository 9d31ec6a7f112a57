// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "detectors/finding.h"

namespace culprit {

/// Everything that can be said about `profile`: culprits, what contributed, what else was busy.
/// Nobody is blamed twice for the same thread, and causes are linked. In no particular order:
/// ranking is the report's.
std::vector<Finding> run_detectors(const Profile& profile);

}  // namespace culprit
