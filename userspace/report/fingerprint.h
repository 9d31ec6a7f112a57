// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "aggregation/profile.h"
#include "detectors/finding.h"

namespace culprit {

/// Sixteen hex digits that name the same trouble from run to run: of the kind, the service (an
/// image's version left out), the function to blame and the destination. Free of pids, container
/// ids, load addresses and, where a name is known, of IP addresses.
std::string fingerprint(const Profile& profile, const Finding& finding);

}  // namespace culprit
