// SPDX-License-Identifier: Apache-2.0
#include "aggregation/workload_order.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace culprit {
namespace {

bool did_nothing(const WorkloadProfile& workload) {
  return !workload.kernel_activity.empty() && workload.samples == 0 && workload.cpu_cores <= 0;
}

}  // namespace

void order_workloads(Profile& profile) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t index = 0; index < profile.workloads.size(); ++index) {
    if (!did_nothing(profile.workloads[index])) {
      order.push_back(index);
    }
  }
  std::stable_sort(order.begin(), order.end(), [&profile](std::uint32_t left, std::uint32_t right) {
    const WorkloadProfile& first = profile.workloads[left];
    const WorkloadProfile& second = profile.workloads[right];
    return std::pair(first.cpu_cores, first.samples) > std::pair(second.cpu_cores, second.samples);
  });
  std::vector<WorkloadIndex> place(profile.workloads.size());
  std::vector<WorkloadProfile> sorted;
  for (const std::uint32_t index : order) {
    place[index] = WorkloadIndex(static_cast<std::uint32_t>(sorted.size()));
    sorted.push_back(std::move(profile.workloads[index]));
  }
  profile.workloads = std::move(sorted);

  const auto move_all = [&place](auto& rows) {
    for (auto& row : rows) {
      row.workload = place[row.workload.value()];
    }
  };
  const auto move_listeners = [&place](auto& rows) {
    for (auto& row : rows) {
      if (row.listener) {
        row.listener = place[row.listener->value()];
      }
    }
  };
  move_all(profile.threads);
  move_all(profile.stacks);
  move_all(profile.processes);
  move_all(profile.syscalls);
  move_all(profile.connects);
  move_all(profile.exchanges);
  move_all(profile.writes);
  move_all(profile.lifecycles);
  move_listeners(profile.connects);
  move_listeners(profile.exchanges);
}

}  // namespace culprit
