// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregation/profile.h"

namespace culprit {

/// Sorts the workloads by CPU, most first, and leaves out kernel activities that did nothing.
/// Every WorkloadIndex in the profile is changed accordingly.
void order_workloads(Profile& profile);

}  // namespace culprit
