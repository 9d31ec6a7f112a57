// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "detectors/finding.h"

namespace culprit {

// What made it worse, or made it possible. None of these is ever a culprit. `found` are the
// findings so far: some circumstances matter only for who is blamed.

/// Blamed containers, and those that hold half the host, that run without a CPU or memory limit.
std::vector<Finding> no_limits(const Profile& profile, const std::vector<Finding>& found);

/// Containers held back by their own limit.
std::vector<Finding> throttled(const Profile& profile);

/// An older image of the same service still runs beside one that was started just now.
std::vector<Finding> generations_overlap(const Profile& profile);

/// A client that failed at first and was served later, or was started before the one it needs.
std::vector<Finding> start_order(const Profile& profile);

/// Files that grow fast enough to fill their disk within a day, unless a flood says so already.
std::vector<Finding> disk_filling(const Profile& profile, const std::vector<Finding>& found);

/// A compile job on a host that serves. Context only: it does what it was asked to.
std::vector<Finding> build_on_host(const Profile& profile);

}  // namespace culprit
