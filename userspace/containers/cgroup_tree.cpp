// SPDX-License-Identifier: Apache-2.0
#include "containers/cgroup_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>

#include "containers/container_id.h"

namespace culprit {
namespace {

/// Longer paths do not fit into the record that tells of a birth (bpf/abi/process_event.h).
constexpr std::size_t kLongestWholePath = 254;

constexpr std::size_t kMaxDepth = 32;
constexpr std::size_t kMaxCgroups = 65536;  ///< of one hierarchy; systems rarely exceed 5,000
constexpr std::size_t kMaxDead = 16384;

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::optional<CgroupId> inode_of(const std::string& directory) {
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return CgroupId(status.st_ino);
}

std::string joined(const std::string& directory, std::string_view name) {
  std::string path = directory == "/" ? std::string() : directory;
  path += '/';
  path += name;
  return path;
}

}  // namespace

CgroupTree::CgroupTree(CgroupMounts mounts, Clock clock)
    : mounts_(std::move(mounts)), clock_(std::move(clock)) {
  scan();
}

CgroupTree::Numbering& CgroupTree::of(CgroupNumbering numbering) {
  return numberings_[static_cast<std::size_t>(numbering)];
}

const CgroupTree::Numbering& CgroupTree::of(CgroupNumbering numbering) const {
  return numberings_[static_cast<std::size_t>(numbering)];
}

void CgroupTree::scan() {
  last_scan_ = clock_();
  if (mounts_.v2) {
    walk(CgroupNumbering::V2, mounts_.v2->directory);
  }
  if (const CgroupMount* v1 = mounts_.v1_identity()) {
    walk(CgroupNumbering::V1, v1->directory);
  }
}

void CgroupTree::walk(CgroupNumbering numbering, const std::string& root) {
  Numbering& known = of(numbering);
  const std::optional<CgroupId> root_id = inode_of(root);
  if (!root_id) {
    return;
  }
  ++known.scans;
  remember(known, *root_id, "/");
  std::vector<Pending> pending = {{"/", 0}};
  while (!pending.empty()) {
    const Pending directory = std::move(pending.back());
    pending.pop_back();
    list(known, root, directory, pending);
  }
  forget_gone(known);
}

void CgroupTree::list(Numbering& known, const std::string& root, const Pending& directory,
                      std::vector<Pending>& pending) {
  const Directory handle(::opendir((root + directory.path).c_str()));
  if (!handle) {
    return;  // gone since it was listed
  }
  // kernfs reports the id as the entry's inode number, so that no stat is needed.
  while (const dirent* entry = ::readdir(handle.get())) {  // NOLINT(concurrency-mt-unsafe): ours
    const std::string_view name(static_cast<const char*>(entry->d_name));
    if (entry->d_type != DT_DIR || name == "." || name == "..") {
      continue;
    }
    if (directory.depth >= kMaxDepth || known.by_path.size() >= kMaxCgroups) {
      ++skipped_;
      continue;
    }
    std::string path = joined(directory.path, name);
    remember(known, CgroupId(entry->d_ino), path);
    pending.push_back({std::move(path), directory.depth + 1});
  }
}

void CgroupTree::remember(Numbering& known, CgroupId id, std::string path) {
  Entry& entry = known.by_id[id];
  entry.seen_in_scan = known.scans;
  entry.alive = true;
  if (entry.path == path) {
    known.by_path.insert_or_assign(std::move(path), id);
    return;
  }
  if (!entry.path.empty()) {  // renamed (v1 allows it)
    if (const auto old = known.by_path.find(entry.path);
        old != known.by_path.end() && old->second == id) {
      known.by_path.erase(old);
    }
  }
  entry.path = path;
  const auto [position, inserted] = known.by_path.try_emplace(std::move(path), id);
  if (!inserted && position->second != id) {
    bury(known, std::exchange(position->second, id));
  }
}

void CgroupTree::bury(Numbering& known, CgroupId id) {
  const auto gone = known.by_id.find(id);
  if (gone == known.by_id.end() || !gone->second.alive) {
    return;
  }
  gone->second.alive = false;
  known.dead.push_back(id);
  if (known.dead.size() < kMaxDead) {
    return;
  }
  const auto oldest = known.dead.begin() + kMaxDead / 2;
  std::for_each(known.dead.begin(), oldest, [&](CgroupId dead) {
    const auto entry = known.by_id.find(dead);
    if (entry == known.by_id.end() || entry->second.alive) {
      return;
    }
    if (const auto path = known.by_path.find(entry->second.path);
        path != known.by_path.end() && path->second == dead) {
      known.by_path.erase(path);
    }
    known.by_id.erase(entry);
  });
  known.dead.erase(known.dead.begin(), oldest);
}

void CgroupTree::forget_gone(Numbering& known) {
  std::vector<CgroupId> gone;
  for (const auto& [id, entry] : known.by_id) {
    if (entry.alive && entry.seen_in_scan != known.scans) {
      gone.push_back(id);
    }
  }
  for (const CgroupId id : gone) {
    bury(known, id);
  }
}

void CgroupTree::observe(const CgroupEvent& event) {
  const CgroupMount* v1 = mounts_.v1_identity();
  CgroupNumbering numbering = CgroupNumbering::V2;
  if (event.hierarchy != 0) {
    if (v1 == nullptr || v1->hierarchy != event.hierarchy) {
      return;
    }
    numbering = CgroupNumbering::V1;
  }
  if (!event.created) {
    bury(of(numbering), event.cgroup);
    return;
  }
  // A path that fills the record may have been cut: the next walk tells the whole of it.
  if (event.path.empty() || event.path.front() != '/' || event.path.size() >= kLongestWholePath) {
    return;
  }
  if (of(numbering).by_path.size() >= kMaxCgroups) {
    ++skipped_;
    return;
  }
  remember(of(numbering), event.cgroup, event.path);
}

std::optional<std::string> CgroupTree::path_of(CgroupNumbering numbering, CgroupId id) {
  Numbering& known = of(numbering);
  if (id.value() == 0 || known.by_id.empty()) {  // nobody's, or not mounted here
    return std::nullopt;
  }
  auto found = known.by_id.find(id);
  if (found == known.by_id.end() && clock_() - last_scan_ >= kRescanInterval) {
    scan();
    found = known.by_id.find(id);
  }
  if (found == known.by_id.end()) {
    return std::nullopt;
  }
  return found->second.path;
}

std::optional<CgroupId> CgroupTree::id_of(CgroupNumbering numbering, std::string_view path) const {
  const auto& by_path = of(numbering).by_path;
  const auto found = by_path.find(path);
  return found == by_path.end() ? std::nullopt : std::optional(found->second);
}

std::vector<CgroupId> CgroupTree::subtree(CgroupNumbering numbering, std::string_view path) const {
  const auto& by_path = of(numbering).by_path;
  std::vector<CgroupId> ids;
  const std::string below = path == "/" ? "/" : std::string(path) + "/";
  if (const auto itself = by_path.find(path); itself != by_path.end()) {
    ids.push_back(itself->second);
  }
  for (auto each = by_path.upper_bound(below);
       each != by_path.end() && each->first.compare(0, below.size(), below) == 0; ++each) {
    ids.push_back(each->second);
  }
  return ids;
}

std::vector<std::string> CgroupTree::paths(CgroupNumbering numbering) const {
  const Numbering& known = of(numbering);
  std::vector<std::string> living;
  for (const auto& [path, id] : known.by_path) {
    const auto entry = known.by_id.find(id);
    if (entry != known.by_id.end() && entry->second.alive) {
      living.push_back(path);
    }
  }
  return living;
}

std::map<std::string, std::string> CgroupTree::directories(std::string_view path) const {
  std::map<std::string, std::string> existing;
  const auto add = [&](const std::string& name, const CgroupMount& mount) {
    std::string directory = mount.directory;
    directory += path;
    if (inode_of(directory)) {
      existing.emplace(name, std::move(directory));
    }
  };
  if (mounts_.v2) {
    add("unified", *mounts_.v2);
  }
  for (const CgroupMount& mount : mounts_.v1) {
    for (const std::string& controller : mount.controllers) {
      add(controller, mount);
    }
  }
  return existing;
}

CgroupNumbering CgroupTree::identity() const {
  if (mounts_.v1_identity() == nullptr) {
    return CgroupNumbering::V2;
  }
  if (!mounts_.v2) {
    return CgroupNumbering::V1;
  }
  const auto has_containers = [this](CgroupNumbering numbering) {
    const auto living = paths(numbering);
    return std::any_of(living.begin(), living.end(), [](const std::string& path) {
      return identify_cgroup(path).kind == WorkloadKind::Container;
    });
  };
  return !has_containers(CgroupNumbering::V2) && has_containers(CgroupNumbering::V1)
             ? CgroupNumbering::V1
             : CgroupNumbering::V2;
}

}  // namespace culprit
