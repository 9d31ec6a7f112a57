// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/strong_id.h"
#include "base/unique_fd.h"

namespace culprit {

/// Index of a root directory in ProcessRoots.
using RootId = StrongId<struct RootIdTag, std::uint32_t>;

/// Root directories of processes, one for all that share mount namespace and root, a bounded number
/// of them open. They keep a container's files within reach after its processes have ended.
class ProcessRoots {
 public:
  explicit ProcessRoots(std::size_t max_open) : max_open_(max_open) {}

  /// The root of the process whose /proc directory is open; nothing when it has just ended.
  std::optional<RootId> note(int process_directory);
  /// -1 when it was closed to make room.
  [[nodiscard]] int descriptor(RootId root) const;

 private:
  struct Key {
    std::uint64_t mount_namespace = 0;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;

    auto operator<=>(const Key&) const = default;
  };
  struct Root {
    RootId id;
    UniqueFd directory;
    std::uint64_t last_use = 0;
  };

  std::size_t max_open_;
  std::uint32_t last_id_ = 0;
  std::uint64_t uses_ = 0;
  std::map<Key, Root> roots_;
};

}  // namespace culprit
