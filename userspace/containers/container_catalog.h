// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "containers/cgroup_tree.h"
#include "containers/container.h"
#include "containers/container_id.h"
#include "containers/container_selection.h"
#include "containers/docker_engine.h"
#include "containers/engine_state.h"
#include "samples/lifecycle.h"

namespace culprit {

/// The cgroups that a selection stands for, in the numbering that tells containers apart here.
struct SelectedCgroups {
  std::vector<CgroupId> roots;     ///< of the selected containers themselves
  std::vector<CgroupId> all;       ///< and of everything below them
  std::vector<std::string> paths;  ///< of the roots
};

/// Where one workload's counters are read.
struct WorkloadDirectories {
  CgroupId cgroup;                                 ///< Container::cgroup
  std::map<std::string, std::string> directories;  ///< CgroupTree::directories()
};

/// Says which container or host service a cgroup belongs to. Names come from the engines' answers,
/// else from their files, else from the path; there is always one. A container keeps its entry and
/// its Container::cgroup after it has ended and when it is started again. Not thread-safe.
class ContainerCatalog {
 public:
  /// Set in Container::cgroup when the id is of the other numbering than `identity()`, so that
  /// equal numbers are not taken for one cgroup. The kernel never hands out ids this high.
  static constexpr std::uint64_t kOtherNumbering = 1ULL << 63U;

  explicit ContainerCatalog(CgroupTree tree, EngineState state = EngineState());

  /// The workload of a task by both its cgroup ids. The reference stays valid; what it says may
  /// become better with later answers, so that names are best read at the end of a window.
  const Container& find(CgroupId v2, CgroupId v1);

  /// The same by the one id that counters carry, of the numbering `identity()`, or by a
  /// Container::cgroup.
  const Container& find(CgroupId id);

  /// By a path as in /proc/PID/cgroup, for processes whose cgroup ids nobody has reported.
  const Container& find_path(std::string_view path);

  /// Takes in what the engines said; improves what is known already.
  void learn(const EngineAnswer& answer);

  /// Ids of containers that no engine's answer has described yet: born since, or another engine's.
  [[nodiscard]] std::set<std::string> undescribed() const;

  /// Takes in the birth or death of a cgroup.
  void observe(const CgroupEvent& event);

  /// All workloads whose cgroups live now, with those met before, by path.
  std::vector<Container> all();

  /// What --container, --pod and --label stand for now; fails with a sentence for the user.
  Result<SelectedCgroups> select(const ContainerSelection& selection);

  /// Changes whenever counter_directories() may: a workload was met, a cgroup born or removed.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  /// Where to read the counters of all living containers, host services and the root.
  std::vector<WorkloadDirectories> counter_directories();

  /// The numbering in which single ids are understood; fixed at construction. The probes' setting
  /// `prefer_v1_cgroup` is to be the same.
  [[nodiscard]] CgroupNumbering identity() const { return identity_; }
  [[nodiscard]] const CgroupTree& tree() const { return tree_; }

 private:
  const Container& of_identity(const ContainerId& identity, CgroupId fallback);
  Container described(const ContainerId& identity, CgroupId fallback);
  void apply(Container& container, const EngineContainer& engine, const ContainerId& identity);
  [[nodiscard]] CgroupId canonical_id(const std::string& path, CgroupId fallback) const;
  const Container& unknown(CgroupId id);
  void meet_living();

  CgroupTree tree_;
  EngineState state_;
  CgroupNumbering identity_;
  std::uint64_t revision_ = 0;
  std::map<std::string, std::string> limit_roots_;
  std::unordered_map<std::string, EngineContainer> by_engine_id_;
  /// By the container's own path; pointers keep references valid.
  std::map<std::string, std::unique_ptr<Container>, std::less<>> by_path_;
  std::unordered_map<CgroupId, const Container*> by_canonical_id_;
  std::unordered_map<CgroupId, std::unique_ptr<Container>> unknown_;
  std::map<std::pair<CgroupId, CgroupId>, const Container*> found_;
};

}  // namespace culprit
