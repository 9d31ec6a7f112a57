// SPDX-License-Identifier: Apache-2.0
#include "report/cpu_shares.h"

#include <algorithm>
#include <tuple>

#include "report/describe.h"

namespace culprit {
namespace {

CpuShareKind kind_of(const WorkloadProfile& workload) {
  if (!workload.kernel_activity.empty()) {
    return CpuShareKind::Kernel;
  }
  return workload.container.kind == WorkloadKind::Container ? CpuShareKind::Container
                                                            : CpuShareKind::Service;
}

double sum_of(const std::vector<CpuShare>& shares) {
  double sum = 0;
  for (const CpuShare& share : shares) {
    sum += share.cores;
  }
  return sum;
}

}  // namespace

std::vector<CpuShare> cpu_shares(const Profile& profile) {
  std::vector<CpuShare> shares;
  for (const WorkloadProfile& workload : profile.workloads) {
    if (workload.cpu_cores > 0) {
      shares.push_back({workload_name(workload), kind_of(workload), workload.cpu_cores});
    }
  }
  const double not_busy = profile.cores.steal + profile.cores.iowait + profile.cores.idle;
  const double room = std::max(0.0, profile.host.cpus - not_busy);
  const double claimed = sum_of(shares);
  if (claimed > room) {
    for (CpuShare& share : shares) {
      share.cores *= room / claimed;
    }
  }
  std::sort(shares.begin(), shares.end(), [](const CpuShare& left, const CpuShare& right) {
    return std::tie(left.kind, right.cores, left.name) <
           std::tie(right.kind, left.cores, right.name);
  });
  if (claimed < room) {
    shares.push_back({"unattributed", CpuShareKind::Unattributed, room - claimed});
  }
  shares.push_back({"steal", CpuShareKind::Steal, profile.cores.steal});
  shares.push_back({"iowait", CpuShareKind::IoWait, profile.cores.iowait});
  shares.push_back({"idle", CpuShareKind::Idle, profile.cores.idle});
  return shares;
}

}  // namespace culprit
