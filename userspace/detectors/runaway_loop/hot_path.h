// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <utility>

#include "detectors/finding.h"

namespace culprit {

using ClaimedThread = std::pair<ProcessKey, Tid>;

/// The services that cost more than the gate by threads that nobody has explained: where most of
/// their samples lie. Context, never a culprit. Eight workers at 30 % and forty replicas at 5 %
/// add up here.
std::vector<Finding> hot_paths(const Profile& profile, const std::set<ClaimedThread>& explained);

}  // namespace culprit
