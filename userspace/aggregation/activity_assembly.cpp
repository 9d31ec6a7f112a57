// SPDX-License-Identifier: Apache-2.0
#include "aggregation/activity_assembly.h"

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "aggregation/counting.h"
#include "aggregation/limits.h"
#include "aggregation/syscall_names.h"
#include "base/display_text.h"

namespace culprit {

void want_event_stacks(const Observations& seen, ProcessTable& processes, StackNames& stacks) {
  const auto want = [&](const EventStacks& wanted) {
    for (const auto& [stack, weight] : wanted) {
      stacks.want(processes.use_of(stack));
    }
  };
  for (const auto& [key, row] : seen.connects.rows()) {
    want(row.side().stacks);
  }
  for (const auto& [key, row] : seen.exchanges.rows()) {
    want(row.stacks);
  }
  for (const auto& [key, row] : seen.writes.rows()) {
    want(row.stacks);
  }
}

CallTree tree_of(BuildContext& context, CgroupRef cgroup, const EventStacks& stacks) {
  CallTree tree;
  for (const auto& [stack, weight] : stacks) {
    const StackUse use = context.processes.use_of(stack);
    if (context.stacks.is_missing(use)) {
      context.losses.add_of(cgroup, "stack_missing", weight);
    }
    tree.add(context.stacks.at(use).frames, weight);
  }
  return tree;
}

std::vector<Pid> listed(const std::set<Pid>& pids) {
  std::vector<Pid> list;
  for (const Pid pid : pids) {
    if (pid != Pid(0) && list.size() < kPidsPerRowLimit) {
      list.push_back(pid);
    }
  }
  return list;
}

void assemble_syscalls(BuildContext& context) {
  SyscallNames names;
  std::vector<std::uint64_t> by_workload(context.workloads.profiles().size());
  for (const auto& [key, count] : context.seen.syscalls.rows()) {
    const WorkloadIndex workload = context.workloads.of(key.cgroup, key.pid);
    std::uint64_t& total = by_workload[workload.value()];
    total = saturating_sum(total, count);
    context.profile.syscalls.push_back(
        {.pid = key.pid,
         .tid = key.tid,
         .workload = workload,
         .number = key.number,
         .compat = key.compat,
         .name = key.number == kOtherSyscalls ? "other" : names.name(key.number, key.compat),
         .error = key.error,
         .returned_zero = key.returned_zero,
         .count = count});
  }
  for (std::size_t index = 0; index < by_workload.size(); ++index) {
    context.workloads.profiles()[index].syscalls_per_s = context.rate(by_workload[index]);
  }
  const auto order = [](const SyscallActivity& activity) {
    return std::tuple(activity.pid, activity.tid, activity.number, activity.error);
  };
  std::sort(context.profile.syscalls.begin(), context.profile.syscalls.end(),
            [&order](const SyscallActivity& left, const SyscallActivity& right) {
              return left.count != right.count ? left.count > right.count
                                               : order(left) < order(right);
            });
}

void assemble_exchanges(BuildContext& context, const Listeners& listeners) {
  using Group = std::tuple<WorkloadIndex, Pid, Tid, bool, Endpoint>;
  struct Sum {
    ExchangeRow row;
    CallTree calls;
  };
  std::map<Group, Sum> groups;
  for (const auto& [key, row] : context.seen.exchanges.rows()) {
    Sum& sum = groups[{context.workloads.of(key.cgroup, key.pid), key.pid, key.tid, key.client,
                       key.endpoint}];
    sum.row.merge(row);
    sum.calls.merge(tree_of(context, key.cgroup, row.stacks));
  }
  std::vector<ExchangeActivity>& exchanges = context.profile.exchanges;
  for (auto& [group, sum] : groups) {
    ExchangeActivity activity;
    std::tie(activity.workload, activity.pid, activity.tid, activity.client, activity.endpoint) =
        group;
    if (activity.client) {
      activity.listener = listeners.at(activity.endpoint);
    }
    activity.endpoint.address = displayable(activity.endpoint.address);
    activity.exchanges = sum.row.exchanges;
    activity.same_sizes = sum.row.same_sizes;
    activity.sent_bytes = sum.row.sent_bytes;
    activity.received_bytes = sum.row.received_bytes;
    activity.request_bytes = sum.row.request_bytes;
    activity.response_bytes = sum.row.response_bytes;
    activity.exchanges_per_second = sum.row.seconds.dense_narrow(context.seconds);
    activity.calls = std::move(sum.calls);
    exchanges.push_back(std::move(activity));
  }
  std::stable_sort(exchanges.begin(), exchanges.end(),
                   [](const ExchangeActivity& left, const ExchangeActivity& right) {
                     return left.exchanges > right.exchanges;
                   });
}

namespace {

/// How often a container came back, by whatever shows the most: births of cgroups of its path, its
/// processes' cgroups, counters that began again.
std::uint64_t restarts_of(const BuildContext& context, WorkloadIndex workload) {
  const WorkloadProfile& profile = context.workloads.profiles()[workload.value()];
  auto restarts = growth<std::uint64_t>(1, context.workloads.lives(workload));
  const auto& cgroups = context.seen.usages.cgroups();
  const auto usage = cgroups.find(profile.container.cgroup);
  if (usage != cgroups.end()) {
    restarts = std::max(restarts, usage->second.restarts);
  }
  const auto* creations = context.seen.usages.creations(profile.container.cgroup_path);
  if (creations == nullptr) {
    return restarts;
  }
  for (const auto& [hierarchy, count] : *creations) {
    const bool was_there = usage != cgroups.end() && usage->second.first.time < count.first;
    restarts = std::max(restarts, was_there ? count.times : count.times - 1);
  }
  return restarts;
}

}  // namespace

void assemble_lifecycles(BuildContext& context) {
  std::map<WorkloadIndex, LifecycleRow> sums;
  for (const auto& [cgroup, row] : context.seen.lifecycles.rows()) {
    sums[context.workloads.of(cgroup)].merge(row);
  }
  for (auto& [workload, row] : sums) {
    context.profile.lifecycles.push_back(
        {.workload = workload,
         .forks = row.forks,
         .execs = row.execs,
         .exits = row.exits,
         .failed_exits = row.failed_exits,
         .forks_per_second = row.forks_by_second.dense_narrow(context.seconds),
         .exec_names = std::move(row.exec_names),
         .restarts = restarts_of(context, workload)});
  }
  std::stable_sort(context.profile.lifecycles.begin(), context.profile.lifecycles.end(),
                   [](const LifecycleActivity& left, const LifecycleActivity& right) {
                     return left.forks + left.execs > right.forks + right.execs;
                   });
}

}  // namespace culprit
