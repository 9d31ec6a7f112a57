// SPDX-License-Identifier: Apache-2.0
#include "detectors/network_cost.h"

#include <algorithm>

#include "detectors/call_cost.h"
#include "detectors/retry_storm/destination.h"
#include "detectors/thresholds.h"

namespace culprit {

double network_events(const Profile& profile) {
  double events = 0;
  for (const ConnectActivity& activity : profile.connects) {
    if (activity.endpoint.protocol != Protocol::Unix) {
      events += static_cast<double>(tally_of(activity).attempts);
    }
  }
  for (const ExchangeActivity& exchange : profile.exchanges) {
    events += static_cast<double>(exchange.exchanges);
  }
  return events;
}

void add_softirq_cost(const Profile& profile, double events, FindingCost& cost) {
  const double softirq = kernel_activity_cores(profile, "kernel:softirq");
  const double all = network_events(profile);
  if (softirq > 0 && all > 0 && events > 0) {
    cost.induced.push_back({.who = "kernel:softirq",
                            .cores = softirq * std::min(1.0, events / all),
                            .why = "carries its packets"});
  }
}

double explained_softirq_cores(const Profile& profile) {
  return per_second(profile, network_events(profile)) * thresholds::kSoftirqSecondsPerEvent;
}

}  // namespace culprit
