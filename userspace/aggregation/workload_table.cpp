// SPDX-License-Identifier: Apache-2.0
#include "aggregation/workload_table.h"

#include <utility>

namespace culprit {
namespace {

Container bare(WorkloadKind kind, std::string_view name) {
  Container container;
  container.kind = kind;
  container.name = name;
  container.runtime = "cgroup";
  return container;
}

/// What stays the same when a container or service comes back in a new cgroup.
std::string identity_of(const Container& container, CgroupRef cgroup) {
  if (!container.id.empty()) {
    return "id " + container.id;
  }
  if (!container.cgroup_path.empty()) {
    return "path " + container.cgroup_path;
  }
  return container.cgroup != CgroupId(0) ? "cgroup " + std::to_string(container.cgroup.value())
                                         : "number " + std::to_string(cgroup.value());
}

}  // namespace

WorkloadTable::WorkloadTable(const CgroupTable& cgroups, const ProfileSources& sources)
    : own_pids_(sources.own_pids.begin(), sources.own_pids.end()) {
  host_ = add(bare(WorkloadKind::Host, kHostRemainder));
  if (!own_pids_.empty()) {
    own_ = add(bare(WorkloadKind::HostService, "culprit"));
    profiles_[own_->value()].is_culprit_itself = true;
  }
  const std::vector<CgroupIds>& all = cgroups.all();
  by_ref_.push_back({.workload = host_, .container = {}});
  for (std::uint32_t index = 1; index < all.size(); ++index) {
    place(CgroupRef(index), all[index], sources);
  }
}

void WorkloadTable::place(CgroupRef ref, CgroupIds ids, const ProfileSources& sources) {
  Container container = sources.container_of(ids.v2, ids.v1);
  const CgroupId container_cgroup = container.cgroup;
  const WorkloadIndex workload = of_container(std::move(container), ref);
  by_ref_.push_back({.workload = workload, .container = container_cgroup});
  if (container_cgroup != CgroupId(0) && workload != host_) {
    by_container_cgroup_.try_emplace(container_cgroup, workload);
  }
  // Counts carry one id only; where the two numberings differ they would pass for another life.
  if (workload != host_ && ids.v2 != CgroupId(0) && ids.v1 != CgroupId(0) &&
      container_cgroup != CgroupId(0)) {
    lives_[workload].insert(container_cgroup);
  }
}

WorkloadIndex WorkloadTable::add(Container container) {
  const WorkloadIndex index(static_cast<std::uint32_t>(profiles_.size()));
  WorkloadProfile profile;
  profile.cpu_limit_cores = container.cpu_limit_cores;
  profile.memory_limit_bytes = container.memory_limit_bytes;
  profile.container = std::move(container);
  profiles_.push_back(std::move(profile));
  return index;
}

WorkloadIndex WorkloadTable::of_container(Container container, CgroupRef cgroup) {
  if (container.kind == WorkloadKind::Host) {
    return host_;
  }
  const auto [known, added] = by_identity_.try_emplace(identity_of(container, cgroup));
  if (added) {
    known->second = add(std::move(container));
    return known->second;
  }
  // Of several lives the newest is the one that people can still look at.
  WorkloadProfile& profile = profiles_[known->second.value()];
  if (container.cgroup > profile.container.cgroup) {
    profile.cpu_limit_cores = container.cpu_limit_cores;
    profile.memory_limit_bytes = container.memory_limit_bytes;
    profile.container = std::move(container);
  }
  return known->second;
}

WorkloadIndex WorkloadTable::kernel_activity(std::string_view name) {
  const auto [known, added] = by_identity_.try_emplace(std::string(name));
  if (added) {
    known->second = add(bare(WorkloadKind::Host, name));
    profiles_[known->second.value()].kernel_activity = name;
  }
  return known->second;
}

std::uint64_t WorkloadTable::lives(WorkloadIndex workload) const {
  const auto known = lives_.find(workload);
  return known == lives_.end() ? 0 : known->second.size();
}

WorkloadIndex WorkloadTable::of_container_cgroup(CgroupId id, CgroupRef otherwise) const {
  const auto known = by_container_cgroup_.find(id);
  return known == by_container_cgroup_.end() ? of(otherwise) : known->second;
}

}  // namespace culprit
