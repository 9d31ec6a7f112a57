// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace culprit {

/// One mounted cgroup hierarchy.
struct CgroupMount {
  bool v2 = false;
  std::uint32_t hierarchy = 0;           ///< as the kernel numbers it; 0 is v2
  std::vector<std::string> controllers;  ///< v1 only: "cpu", "memory", "name=systemd", ...
  std::string directory;                 ///< where its root can be read
};

/// The hierarchies of this host, as far as they are mounted.
struct CgroupMounts {
  std::optional<CgroupMount> v2;
  std::vector<CgroupMount> v1;

  /// The v1 hierarchy of a controller, or none.
  [[nodiscard]] const CgroupMount* v1_of(std::string_view controller) const;
  /// The v1 hierarchy by which the probes tell containers apart: cpu's, else memory's, else pids'.
  [[nodiscard]] const CgroupMount* v1_identity() const;
};

/// Reads the text of a mountinfo file and of the same process's cgroup file (which numbers the
/// hierarchies). Mounts that show only a part of a hierarchy serve when there is no better one.
/// `root_prefix` is put before each mount point.
CgroupMounts parse_cgroup_mounts(std::string_view mountinfo, std::string_view proc_cgroup,
                                 std::string_view root_prefix = {});

/// Finds the mounts of this process. Inside a private cgroup namespace, or where no cgroup file
/// system is mounted, those of pid 1 are taken through its root, when it may be entered. Fails when
/// no hierarchy can be read.
Result<CgroupMounts> find_cgroup_mounts(const std::string& proc_root = "/proc");

}  // namespace culprit
