// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/finding.h"

namespace culprit {

/// Connection attempts, requests and answers of the whole host in the window: what its network
/// interrupts worked for.
double network_events(const Profile& profile);

/// Bills a behaviour of `events` its part of the time spent in network interrupts.
void add_softirq_cost(const Profile& profile, double events, FindingCost& cost);

/// Cores that so much traffic may cost the kernel's interrupts by right.
double explained_softirq_cores(const Profile& profile);

}  // namespace culprit
