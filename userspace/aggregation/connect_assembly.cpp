// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>
#include <utility>

#include "aggregation/activity_assembly.h"
#include "aggregation/counting.h"
#include "base/display_text.h"

namespace culprit {
namespace {

/// All attempts of one workload to reach one destination.
struct ConnectSum {
  ConnectRow row;
  std::set<Pid> pids;
  CallTree calls;
};

std::string most_frequent(const std::map<std::string, std::uint64_t>& names) {
  const auto most = std::max_element(
      names.begin(), names.end(),
      [](const auto& left, const auto& right) { return left.second < right.second; });
  return most == names.end() ? "" : most->first;
}

ConnectActivity activity_of(WorkloadIndex workload, const Endpoint& endpoint, ConnectSum sum,
                            std::uint32_t seconds) {
  ConnectActivity activity;
  activity.workload = workload;
  activity.pids = listed(sum.pids);
  activity.endpoint = endpoint;
  activity.endpoint.address = displayable(endpoint.address);
  activity.hostname = most_frequent(sum.row.hostnames);
  activity.hostname_source = activity.hostname.empty() ? "" : "dns";
  activity.outcomes = std::move(sum.row.outcomes);
  const std::uint64_t pending = growth(sum.row.ended.count, sum.row.begun.count);
  if (pending > 0) {
    std::uint64_t& counted = activity.outcomes[ConnectOutcome::Pending];
    counted = std::max(counted, pending);
  }
  const ConnectSide& side = sum.row.side();
  activity.attempts_per_second = side.seconds.dense_narrow(seconds);
  activity.gaps = side.gaps;
  activity.failures_per_second = sum.row.failures.dense_narrow(seconds);
  activity.errors = std::move(sum.row.errors);
  activity.latency_sum = sum.row.latency_sum;
  activity.first = sum.row.first;
  activity.last = sum.row.last;
  activity.calls = std::move(sum.calls);
  return activity;
}

std::uint64_t failures_of(const ConnectActivity& activity) {
  std::uint64_t failures = 0;
  for (const auto& [outcome, count] : activity.outcomes) {
    failures = is_attempt_failure(outcome) ? saturating_sum(failures, count) : failures;
  }
  return failures;
}

}  // namespace

void assemble_connects(BuildContext& context, const Listeners& listeners) {
  std::map<std::pair<WorkloadIndex, Endpoint>, ConnectSum> sums;
  for (const auto& [key, row] : context.seen.connects.rows()) {
    ConnectSum& sum = sums[{context.workloads.of(key.cgroup, key.pid), key.endpoint}];
    sum.row.merge(row);
    sum.pids.insert(key.pid);
    sum.calls.merge(tree_of(context, key.cgroup, row.side().stacks));
  }
  std::vector<std::pair<std::uint64_t, ConnectActivity>> ordered;
  std::map<WorkloadIndex, std::uint64_t> failures;
  for (auto& [group, sum] : sums) {
    const std::uint64_t attempts = sum.row.side().count;
    ConnectActivity activity =
        activity_of(group.first, group.second, std::move(sum), context.seconds);
    activity.listener = listeners.at(group.second);
    std::uint64_t& failed = failures[group.first];
    failed = saturating_sum(failed, failures_of(activity));
    ordered.emplace_back(attempts, std::move(activity));
  }
  for (const auto& [workload, count] : failures) {
    context.workloads.profiles()[workload.value()].connect_failures_per_s = context.rate(count);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& left, const auto& right) { return left.first > right.first; });
  for (auto& [attempts, activity] : ordered) {
    context.profile.connects.push_back(std::move(activity));
  }
}

}  // namespace culprit
