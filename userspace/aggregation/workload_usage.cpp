// SPDX-License-Identifier: Apache-2.0
#include "aggregation/workload_usage.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "aggregation/counting.h"

namespace culprit {
namespace {

/// The counters of all lives of one workload, added up.
struct UsageSum {
  std::optional<double> cores;
  std::uint64_t periods = 0, throttled_periods = 0, io_bytes = 0, major_faults = 0;
  std::optional<CgroupUsage> newest;
  CgroupUsage newest_from;
  bool of_container_itself = false;
};

void add_life(UsageSum& sum, const CgroupUsage& from, const CgroupUsage& to,
              std::optional<double> cores) {
  if (cores) {
    sum.cores = sum.cores.value_or(0) + *cores;
  }
  sum.periods = saturating_sum(sum.periods, growth(from.periods, to.periods));
  sum.throttled_periods =
      saturating_sum(sum.throttled_periods, growth(from.throttled_periods, to.throttled_periods));
  sum.io_bytes = saturating_sum(sum.io_bytes, growth(from.io_bytes, to.io_bytes));
  sum.major_faults = saturating_sum(sum.major_faults, growth(from.major_faults, to.major_faults));
  if (!sum.newest || to.time >= sum.newest->time) {
    sum.newest = to;
    sum.newest_from = from;
  }
}

std::optional<double> stalled_share(const std::optional<Pressure>& from,
                                    const std::optional<Pressure>& to,
                                    std::chrono::nanoseconds Pressure::*kind,
                                    std::chrono::nanoseconds length) {
  if (!from || !to || length <= std::chrono::nanoseconds(0)) {
    return std::nullopt;
  }
  const double stalled = seconds_of(growth((*from).*kind, (*to).*kind));
  return std::clamp(stalled / seconds_of(length), 0.0, 1.0);
}

void fill(WorkloadProfile& workload, const UsageSum& sum, double seconds) {
  const CgroupUsage& now = *sum.newest;
  const auto length = now.time - sum.newest_from.time;
  workload.usage = now;
  if (now.cpu_limit_cores) {
    workload.cpu_limit_cores = now.cpu_limit_cores;
  }
  if (now.memory_limit_bytes) {
    workload.memory_limit_bytes = now.memory_limit_bytes;
  }
  workload.memory_bytes = now.memory_bytes;
  workload.memory_pressure_full =
      stalled_share(sum.newest_from.memory_pressure, now.memory_pressure, &Pressure::full, length);
  workload.cpu_pressure_some =
      stalled_share(sum.newest_from.cpu_pressure, now.cpu_pressure, &Pressure::some, length);
  workload.major_faults = sum.major_faults;
  if (sum.periods > 0) {
    workload.throttled_share = std::min(
        1.0, static_cast<double>(sum.throttled_periods) / static_cast<double>(sum.periods));
  }
  if (seconds > 0) {
    workload.io_bytes_per_s = static_cast<double>(sum.io_bytes) / seconds;
  }
}

bool lies_below(const std::string& inner, const std::string& outer) {
  return inner.size() > outer.size() + 1 && inner.starts_with(outer) && inner[outer.size()] == '/';
}

/// The directories' order: a parent right before all that is below it.
bool before(const std::string& left, const std::string& right) {
  return std::lexicographical_compare(
      left.begin(), left.end(), right.begin(), right.end(), [](char first, char second) {
        const auto rank = [](char letter) {
          return letter == '/' ? 0 : static_cast<int>(static_cast<unsigned char>(letter)) + 1;
        };
        return rank(first) < rank(second);
      });
}

}  // namespace

std::vector<std::optional<double>> apply_usage(const Observations& seen, WindowSpan window,
                                               double cpus, WorkloadTable& workloads) {
  std::vector<UsageSum> sums(workloads.profiles().size());
  for (const auto& [id, span] : seen.usages.cgroups()) {
    const CgroupRef ref = seen.cgroups.find_event(id);
    const WorkloadIndex index = workloads.of_container_cgroup(id, ref);
    if (workloads.is_host(index)) {
      continue;  // the root's clock counts everything
    }
    const bool itself = workloads.container_cgroup(ref) == id || index != workloads.of(ref);
    UsageSum& sum = sums[index.value()];
    if (sum.newest && sum.of_container_itself && !itself) {
      continue;  // a cgroup inside a container that is counted already
    }
    const CgroupUsage from = usage_baseline(span, seen.usages.created(id), cpus);
    const std::optional<double> cores = measured_cores(from, span.last, window, cpus);
    if (sum.newest && sum.of_container_itself != itself) {
      sum = {};
    } else if (sum.newest && !itself) {
      if (cores.value_or(0) <= sum.cores.value_or(0)) {
        continue;  // of several inner cgroups the busiest stands for the container
      }
      sum = {};
    }
    sum.of_container_itself = itself;
    add_life(sum, from, span.last, cores);
  }
  std::vector<std::optional<double>> measured(sums.size());
  for (std::size_t index = 0; index < sums.size(); ++index) {
    if (sums[index].newest) {
      fill(workloads.profiles()[index], sums[index], window.seconds());
      measured[index] = sums[index].cores;
    }
  }
  subtract_inner_workloads(workloads.profiles(), measured);
  return measured;
}

void subtract_inner_workloads(const std::vector<WorkloadProfile>& workloads,
                              std::vector<std::optional<double>>& measured) {
  struct Place {
    const std::string* path;
    std::size_t index;
  };
  std::vector<Place> places;
  for (std::size_t index = 0; index < workloads.size() && index < measured.size(); ++index) {
    if (measured[index] && !workloads[index].container.cgroup_path.empty()) {
      places.push_back({&workloads[index].container.cgroup_path, index});
    }
  }
  std::sort(places.begin(), places.end(),
            [](const Place& left, const Place& right) { return before(*left.path, *right.path); });
  const std::vector<std::optional<double>> clocks = measured;
  std::vector<Place> around;  // the workloads whose cgroups the current one is in, outermost first
  for (const Place& place : places) {
    while (!around.empty() && !lies_below(*place.path, *around.back().path)) {
      around.pop_back();
    }
    if (!around.empty()) {
      double& outer = *measured[around.back().index];
      outer = std::max(0.0, outer - *clocks[place.index]);
    }
    around.push_back(place);
  }
}

CpuCores share_out_cores(const CoreSources& sources, double cpus, WorkloadTable& workloads) {
  const CpuCores host = sources.host ? *sources.host : host_cores(sources.sampled, cpus);
  const bool host_estimated = !sources.host;
  const WorkloadIndex softirq = workloads.kernel_activity(kSoftirqActivity);
  const WorkloadIndex irq = workloads.kernel_activity(kIrqActivity);
  std::vector<WorkloadProfile>& profiles = workloads.profiles();
  std::vector<CoreClaim> claims;
  for (std::uint32_t index = 0; index < profiles.size(); ++index) {
    CoreClaim claim;
    const bool counted = index < sources.samples.size();
    const bool interrupts = WorkloadIndex(index) == softirq || WorkloadIndex(index) == irq;
    if (counted && sources.measured[index]) {
      const auto own = static_cast<double>(sources.own_samples_inside[index]);
      claim = {.cores = *sources.measured[index] - own * sources.cores_per_sample,
               .estimated = false};
    } else if (counted && !interrupts) {
      claim.cores = static_cast<double>(sources.samples[index]) * sources.cores_per_sample;
    }
    claims.push_back(claim);
  }
  const CoreShares shares = share_out(claims, host.user + host.system + host.guest);
  for (std::size_t index = 0; index < profiles.size(); ++index) {
    profiles[index].cpu_cores = shares.cores[index];
    profiles[index].cores_estimated = claims[index].estimated;
  }
  profiles[softirq.value()].cpu_cores = host.softirq;
  profiles[irq.value()].cpu_cores = host.irq;
  profiles[softirq.value()].cores_estimated = host_estimated;
  profiles[irq.value()].cores_estimated = host_estimated;
  WorkloadProfile& rest = profiles[workloads.host().value()];
  rest.cpu_cores += shares.remainder;
  rest.cores_estimated = host_estimated || rest.samples > 0;
  return host;
}

}  // namespace culprit
