// SPDX-License-Identifier: Apache-2.0
#include "symbols/process_roots.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace culprit {

std::optional<RootId> ProcessRoots::note(int process_directory) {
  UniqueFd directory(::openat(process_directory, "root", O_PATH | O_DIRECTORY | O_CLOEXEC));
  struct stat root {};
  struct stat mount_namespace {};
  if (!directory.valid() || ::fstat(directory.get(), &root) != 0 ||
      ::fstatat(process_directory, "ns/mnt", &mount_namespace, 0) != 0) {
    return std::nullopt;
  }
  const Key key{
      .mount_namespace = mount_namespace.st_ino, .device = root.st_dev, .inode = root.st_ino};
  auto [place, added] = roots_.try_emplace(key);
  place->second.last_use = ++uses_;
  if (!added) {
    return place->second.id;
  }
  place->second.id = RootId(++last_id_);
  place->second.directory = std::move(directory);
  const RootId id = place->second.id;
  if (roots_.size() > max_open_) {
    roots_.erase(std::ranges::min_element(roots_, {},
                                          [](const auto& entry) { return entry.second.last_use; }));
  }
  return id;
}

int ProcessRoots::descriptor(RootId root) const {
  const auto found =
      std::ranges::find_if(roots_, [&](const auto& entry) { return entry.second.id == root; });
  return found == roots_.end() ? -1 : found->second.directory.get();
}

}  // namespace culprit
