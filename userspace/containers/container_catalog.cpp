// SPDX-License-Identifier: Apache-2.0
#include "containers/container_catalog.h"

#include <algorithm>
#include <cstddef>

#include "base/display_text.h"
#include "containers/cgroup_limits.h"
#include "containers/service_name.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxNameBytes = 128;

std::map<std::string, std::string> roots_of(const CgroupMounts& mounts) {
  std::map<std::string, std::string> roots;
  if (mounts.v2) {
    roots.emplace("unified", mounts.v2->directory);
  }
  for (const CgroupMount& mount : mounts.v1) {
    for (const std::string& controller : mount.controllers) {
      roots.emplace(controller, mount.directory);
    }
  }
  return roots;
}

CgroupNumbering other_than(CgroupNumbering numbering) {
  return numbering == CgroupNumbering::V2 ? CgroupNumbering::V1 : CgroupNumbering::V2;
}

/// A container's name as people of this engine write it: Kubernetes' are unique with the pod only.
std::string display_name(const Container& container, const EngineContainer& engine) {
  if (container.pod.empty()) {
    return engine.name.empty() ? container.name : displayable(engine.name, kMaxNameBytes);
  }
  if (container.runtime == "kubernetes") {
    return container.pod;
  }
  return displayable(container.pod + "/" + (engine.name.empty() ? container.name : engine.name),
                     kMaxNameBytes);
}

template <typename Value>
void take(Value& known, const Value& more) {
  if (more != Value()) {
    known = more;
  }
}

}  // namespace

ContainerCatalog::ContainerCatalog(CgroupTree tree, EngineState state)
    : tree_(std::move(tree)),
      state_(std::move(state)),
      identity_(tree_.identity()),
      limit_roots_(roots_of(tree_.mounts())) {}

const Container& ContainerCatalog::find(CgroupId v2, CgroupId v1) {
  if (const auto known = found_.find({v2, v1}); known != found_.end()) {
    return *known->second;
  }
  const auto v2_path = tree_.path_of(CgroupNumbering::V2, v2);
  const auto v1_path = tree_.path_of(CgroupNumbering::V1, v1);
  if (!v2_path && !v1_path) {
    return unknown(identity_ == CgroupNumbering::V2 ? v2 : v1);
  }
  const std::string first =
      identity_ == CgroupNumbering::V2 ? v2_path.value_or("") : v1_path.value_or("");
  const std::string second =
      identity_ == CgroupNumbering::V2 ? v1_path.value_or("") : v2_path.value_or("");
  const ContainerId identity = identify_cgroup(more_telling_path(first, second));
  const Container& container = of_identity(identity, identity_ == CgroupNumbering::V2 ? v2 : v1);
  if (identity.kind == WorkloadKind::Container || (v2_path && v1_path) || v1.value() == 0 ||
      v2.value() == 0 || v1 == v2) {
    constexpr std::size_t kMaxCached = 65536;
    if (found_.size() >= kMaxCached) {
      found_.clear();
    }
    found_.emplace(std::pair(v2, v1), &container);
  }
  return container;
}

const Container& ContainerCatalog::find(CgroupId id) {
  if (const auto known = by_canonical_id_.find(id); known != by_canonical_id_.end()) {
    return *known->second;
  }
  return identity_ == CgroupNumbering::V2 ? find(id, CgroupId()) : find(CgroupId(), id);
}

const Container& ContainerCatalog::find_path(std::string_view path) {
  return of_identity(identify_cgroup(path), CgroupId());
}

const Container& ContainerCatalog::of_identity(const ContainerId& identity, CgroupId fallback) {
  auto& slot = by_path_[identity.path];
  if (!slot) {
    slot = std::make_unique<Container>(described(identity, fallback));
    ++revision_;
  } else if (slot->cgroup.value() == 0) {
    slot->cgroup = canonical_id(identity.path, fallback);
  }
  if (slot->cgroup.value() != 0) {
    by_canonical_id_.try_emplace(slot->cgroup, slot.get());
  }
  return *slot;
}

CgroupId ContainerCatalog::canonical_id(const std::string& path, CgroupId fallback) const {
  if (const auto id = tree_.id_of(identity_, path)) {
    return *id;
  }
  if (const auto id = tree_.id_of(other_than(identity_), path)) {
    return CgroupId(id->value() | kOtherNumbering);
  }
  return fallback;
}

Container ContainerCatalog::described(const ContainerId& identity, CgroupId fallback) {
  Container container;
  container.kind = identity.kind;
  container.name = identity.name;
  container.id = identity.id;
  container.runtime = identity.runtime;
  container.cgroup_path = displayable(identity.path, 4096);
  container.cgroup = canonical_id(identity.path, fallback);
  EngineContainer engine;
  if (const auto known = by_engine_id_.find(identity.id); known != by_engine_id_.end()) {
    engine = known->second;
  } else if (identity.kind == WorkloadKind::Container) {
    engine = state_.find(identity.id);
  }
  apply(container, engine, identity);
  return container;
}

void ContainerCatalog::apply(Container& container, const EngineContainer& engine,
                             const ContainerId& identity) {
  EngineContainer pod = engine;
  if (!identity.pod_uid.empty() && pod.pod.empty()) {
    fill_gaps(pod, state_.find_pod(identity.pod_uid));
  }
  take(container.pod, pod.pod);
  take(container.pod_namespace, pod.pod_namespace);
  take(container.runtime, engine.runtime);
  take(container.image, engine.image);
  take(container.started_at, engine.started_at);
  take(container.restarts, engine.restarts);
  take(container.health, engine.health);
  take(container.labels, engine.labels);
  take(container.addresses, engine.addresses);
  container.name = display_name(container, engine);
  const CgroupLimits limits = read_cgroup_limits(limit_roots_, identity.path);
  take(container.cpu_limit_cores, limits.cpu_cores ? limits.cpu_cores : engine.cpu_limit_cores);
  take(container.cpu_quota_period_us, engine.cpu_quota_period_us);
  take(container.memory_limit_bytes,
       limits.memory_bytes ? limits.memory_bytes : engine.memory_limit_bytes);
  container.service = service_of(container);
}

const Container& ContainerCatalog::unknown(CgroupId id) {
  auto& slot = unknown_[id];
  if (!slot) {
    Container container;
    container.kind = WorkloadKind::HostService;
    container.runtime = "cgroup";
    container.name = "cgroup " + std::to_string(id.value());
    container.service = container.name;
    container.cgroup = id;
    slot = std::make_unique<Container>(std::move(container));
  }
  return *slot;
}

void ContainerCatalog::learn(const EngineAnswer& answer) {
  for (const EngineContainer& engine : answer.containers) {
    by_engine_id_.insert_or_assign(engine.id, engine);
  }
  for (auto& [path, container] : by_path_) {
    if (const auto engine = by_engine_id_.find(container->id); engine != by_engine_id_.end()) {
      const ContainerId identity = identify_cgroup(path);
      container->name = identity.name;
      apply(*container, engine->second, identity);
    }
  }
}

std::set<std::string> ContainerCatalog::undescribed() const {
  std::set<std::string> ids;
  for (const auto& [path, container] : by_path_) {
    if (container->kind == WorkloadKind::Container && !by_engine_id_.contains(container->id)) {
      ids.insert(container->id);
    }
  }
  return ids;
}

void ContainerCatalog::observe(const CgroupEvent& event) {
  tree_.observe(event);
  ++revision_;
}

void ContainerCatalog::meet_living() {
  std::map<std::string, ContainerId> living;
  for (const CgroupNumbering numbering : {identity_, other_than(identity_)}) {
    for (const std::string& path : tree_.paths(numbering)) {
      ContainerId identity = identify_cgroup(path);
      // In the other numbering only what this one does not know: the hierarchies' services differ.
      const bool wanted = numbering == identity_ || identity.kind == WorkloadKind::Container;
      if (wanted && identity.kind != WorkloadKind::Host) {
        std::string own_path = identity.path;
        living.try_emplace(std::move(own_path), std::move(identity));
      }
    }
  }
  for (auto each = living.begin(); each != living.end(); ++each) {
    // What only holds other workloads (slices, pods, folders of cgroups) is none itself.
    const std::string below = each->first + "/";
    const auto next = living.lower_bound(below);
    const bool holds_others =
        next != living.end() && next->first.compare(0, below.size(), below) == 0;
    if (!holds_others) {
      of_identity(each->second, CgroupId());
    }
  }
}

std::vector<Container> ContainerCatalog::all() {
  meet_living();
  std::vector<Container> containers;
  containers.reserve(by_path_.size());
  for (auto& [path, container] : by_path_) {
    // Limits are set after a cgroup is made, and may be changed while it runs.
    if (container->kind != WorkloadKind::Host) {
      const CgroupLimits limits = read_cgroup_limits(limit_roots_, path);
      take(container->cpu_limit_cores, limits.cpu_cores);
      take(container->memory_limit_bytes, limits.memory_bytes);
    }
    containers.push_back(*container);
  }
  return containers;
}

Result<SelectedCgroups> ContainerCatalog::select(const ContainerSelection& selection) {
  tree_.scan();
  std::vector<std::string> living = tree_.paths(identity_);
  for (std::string& path : tree_.paths(other_than(identity_))) {
    living.push_back(std::move(path));
  }
  std::vector<Container> known = all();
  std::sort(living.begin(), living.end());
  std::erase_if(known, [&](const Container& container) {
    return !std::binary_search(living.begin(), living.end(), container.cgroup_path);
  });
  auto paths = select_containers(selection, known, living);
  if (!paths) {
    return std::move(paths).error();
  }
  SelectedCgroups selected;
  selected.paths = *std::move(paths);
  for (const std::string& path : selected.paths) {
    const auto root = tree_.id_of(identity_, path);
    if (!root) {
      return Error("the cgroup " + displayable(path) +
                   " is in another hierarchy than the containers of this host");
    }
    selected.roots.push_back(*root);
    for (const CgroupId id : tree_.subtree(identity_, path)) {
      selected.all.push_back(id);
    }
  }
  return selected;
}

std::vector<WorkloadDirectories> ContainerCatalog::counter_directories() {
  meet_living();
  std::vector<WorkloadDirectories> workloads;
  for (const auto& [path, container] : by_path_) {
    if (container->kind == WorkloadKind::Host || container->cgroup.value() == 0) {
      continue;
    }
    auto directories = tree_.directories(path);
    if (!directories.empty()) {
      workloads.push_back({container->cgroup, std::move(directories)});
    }
  }
  return workloads;
}

}  // namespace culprit
