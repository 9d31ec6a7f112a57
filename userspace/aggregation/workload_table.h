// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aggregation/cgroup_table.h"
#include "aggregation/profile.h"
#include "aggregation/profile_sources.h"

namespace culprit {

/// Names of the kernel's own work; WorkloadProfile::kernel_activity.
inline constexpr std::string_view kSoftirqActivity = "kernel:softirq";
inline constexpr std::string_view kIrqActivity = "kernel:irq";
inline constexpr std::string_view kKernelThreadsActivity = "kernel:threads";
inline constexpr std::string_view kHostRemainder = "host (other)";

/// Rolls cgroups up into workloads: a container with all cgroups below it and all its lives is one,
/// so is each host service, each kernel activity, culprit itself, and what is left of the host.
class WorkloadTable {
 public:
  WorkloadTable(const CgroupTable& cgroups, const ProfileSources& sources);

  /// Of the cgroup, whoever runs in it.
  [[nodiscard]] WorkloadIndex of(CgroupRef cgroup) const {
    return by_ref_[cgroup.value()].workload;
  }
  /// Of a usage or a listening socket, which name the container's own cgroup: that of a workload
  /// first, for the same number in another numbering means something else.
  [[nodiscard]] WorkloadIndex of_container_cgroup(CgroupId id, CgroupRef otherwise) const;
  /// Of a process in the cgroup: culprit's own processes are a workload of their own.
  [[nodiscard]] WorkloadIndex of(CgroupRef cgroup, Pid pid) const {
    return own_pids_.contains(pid) ? *own_ : of(cgroup);
  }
  /// The id of the container itself that this cgroup is in or below.
  [[nodiscard]] CgroupId container_cgroup(CgroupRef cgroup) const {
    return by_ref_[cgroup.value()].container;
  }

  [[nodiscard]] WorkloadIndex host() const { return host_; }
  [[nodiscard]] std::optional<WorkloadIndex> own() const { return own_; }
  WorkloadIndex kernel_activity(std::string_view name);

  [[nodiscard]] bool is_host(WorkloadIndex workload) const { return workload == host_; }
  /// In the order of their indices.
  [[nodiscard]] std::vector<WorkloadProfile>& profiles() { return profiles_; }
  [[nodiscard]] const std::vector<WorkloadProfile>& profiles() const { return profiles_; }
  /// In how many cgroups of its own the container was seen; 0 for what is no container.
  [[nodiscard]] std::uint64_t lives(WorkloadIndex workload) const;

 private:
  struct Place {
    WorkloadIndex workload;
    CgroupId container;
  };

  WorkloadIndex add(Container container);
  WorkloadIndex of_container(Container container, CgroupRef cgroup);
  void place(CgroupRef ref, CgroupIds ids, const ProfileSources& sources);

  std::vector<WorkloadProfile> profiles_;
  std::vector<Place> by_ref_;
  std::unordered_map<std::string, WorkloadIndex> by_identity_;
  std::unordered_map<CgroupId, WorkloadIndex> by_container_cgroup_;
  std::unordered_map<WorkloadIndex, std::set<CgroupId>> lives_;
  std::set<Pid> own_pids_;
  std::optional<WorkloadIndex> own_;
  WorkloadIndex host_;
};

}  // namespace culprit
