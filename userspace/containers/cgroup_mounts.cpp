// SPDX-License-Identifier: Apache-2.0
#include "containers/cgroup_mounts.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>

#include "base/text_file.h"
#include "containers/text_fields.h"

namespace culprit {
namespace {

/// The kernel gives the first cgroup namespace this inode number (PROC_CGROUP_INIT_INO).
constexpr std::string_view kInitialCgroupNamespace = "cgroup:[4026531835]";

struct FoundMount {
  CgroupMount mount;
  std::string root;  ///< which part of the hierarchy the mount shows
};

/// The v1 hierarchies' numbers and controllers, in the kernel's own words.
std::vector<CgroupMount> numbered_hierarchies(std::string_view proc_cgroup) {
  std::vector<CgroupMount> hierarchies;
  for (const std::string_view line : fields(proc_cgroup, '\n')) {
    const std::vector<std::string_view> parts = fields(line, ':', 3);
    if (parts.size() < 2) {
      continue;
    }
    CgroupMount hierarchy;
    hierarchy.hierarchy = to_number(parts[0]).value_or(0) & 0xFFFFFFFFU;
    for (const std::string_view controller : fields(parts[1], ',')) {
      hierarchy.controllers.emplace_back(controller);
    }
    if (hierarchy.hierarchy != 0 && !hierarchy.controllers.empty()) {
      hierarchies.push_back(std::move(hierarchy));
    }
  }
  return hierarchies;
}

/// One line of mountinfo: "id parent maj:min root mountpoint options [tags] - type source super".
std::optional<FoundMount> parse_line(std::string_view line,
                                     const std::vector<CgroupMount>& numbered) {
  const std::size_t dash = line.find(" - ");
  if (dash == std::string_view::npos) {
    return std::nullopt;
  }
  const std::vector<std::string_view> left = fields(line.substr(0, dash), ' ');
  const std::vector<std::string_view> right = fields(line.substr(dash + 3), ' ');
  if (left.size() < 6 || right.size() < 3 || (right[0] != "cgroup" && right[0] != "cgroup2")) {
    return std::nullopt;
  }
  FoundMount found;
  found.root = unescape_octal(left[3]);
  found.mount.directory = unescape_octal(left[4]);
  found.mount.v2 = right[0] == "cgroup2";
  if (found.mount.v2) {
    return found;
  }
  const std::vector<std::string_view> options = fields(right[2], ',');
  for (const CgroupMount& hierarchy : numbered) {
    const bool same = std::all_of(
        hierarchy.controllers.begin(), hierarchy.controllers.end(), [&](const std::string& name) {
          return std::find(options.begin(), options.end(), name) != options.end();
        });
    if (same) {
      found.mount.hierarchy = hierarchy.hierarchy;
      found.mount.controllers = hierarchy.controllers;
      return found;
    }
  }
  return std::nullopt;
}

std::string mount_point(std::string_view line) {
  const std::vector<std::string_view> parts = fields(line, ' ');
  return parts.size() > 4 ? unescape_octal(parts[4]) : std::string();
}

/// What is mounted later upon the same place, or above it, hides what was there.
void drop_hidden(std::vector<FoundMount>& mounts, const std::string& later) {
  if (later.empty() || later == "/") {
    return;
  }
  std::erase_if(mounts, [&](const FoundMount& found) {
    const std::string& directory = found.mount.directory;
    return directory == later || directory.starts_with(later + "/");
  });
}

/// Keeps, for each hierarchy, the mount that shows it from its root on.
void keep_better(std::vector<FoundMount>& mounts, FoundMount found) {
  for (FoundMount& known : mounts) {
    if (known.mount.v2 == found.mount.v2 && known.mount.hierarchy == found.mount.hierarchy) {
      if (known.root != "/" && found.root == "/") {
        known = std::move(found);
      }
      return;
    }
  }
  mounts.push_back(std::move(found));
}

std::string link_target(const std::string& path) {
  std::array<char, 256> target{};
  const ssize_t length = ::readlink(path.c_str(), target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : std::string();
}

CgroupMounts mounts_of(const std::string& process, std::string_view root_prefix) {
  // A host with thousands of containers has thousands of mounts.
  constexpr std::size_t kMountinfoLimit = 8U << 20U;
  const auto mountinfo = read_text_file(process + "/mountinfo", kMountinfoLimit);
  const auto cgroup = read_text_file(process + "/cgroup");
  if (!mountinfo || !cgroup) {
    return {};
  }
  return parse_cgroup_mounts(*mountinfo, *cgroup, root_prefix);
}

}  // namespace

const CgroupMount* CgroupMounts::v1_of(std::string_view controller) const {
  for (const CgroupMount& mount : v1) {
    if (std::find(mount.controllers.begin(), mount.controllers.end(), controller) !=
        mount.controllers.end()) {
      return &mount;
    }
  }
  return nullptr;
}

const CgroupMount* CgroupMounts::v1_identity() const {
  for (const std::string_view controller : {"cpu", "memory", "pids"}) {
    if (const CgroupMount* mount = v1_of(controller)) {
      return mount;
    }
  }
  return nullptr;
}

CgroupMounts parse_cgroup_mounts(std::string_view mountinfo, std::string_view proc_cgroup,
                                 std::string_view root_prefix) {
  const std::vector<CgroupMount> numbered = numbered_hierarchies(proc_cgroup);
  std::vector<FoundMount> found;
  for (const std::string_view line : fields(mountinfo, '\n')) {
    drop_hidden(found, mount_point(line));
    if (auto mount = parse_line(line, numbered)) {
      keep_better(found, *std::move(mount));
    }
  }
  CgroupMounts mounts;
  for (FoundMount& each : found) {
    each.mount.directory.insert(0, root_prefix);
    if (each.mount.v2) {
      mounts.v2 = std::move(each.mount);
    } else {
      mounts.v1.push_back(std::move(each.mount));
    }
  }
  return mounts;
}

Result<CgroupMounts> find_cgroup_mounts(const std::string& proc_root) {
  CgroupMounts own = mounts_of(proc_root + "/self", {});
  const bool some = own.v2 || !own.v1.empty();
  const std::string own_namespace = link_target(proc_root + "/self/ns/cgroup");
  if (!some || (!own_namespace.empty() && own_namespace != kInitialCgroupNamespace)) {
    const std::string first = proc_root + "/1";
    CgroupMounts host = mounts_of(first, first + "/root");
    if ((host.v2 || !host.v1.empty()) && ::access((first + "/root/sys").c_str(), X_OK) == 0 &&
        link_target(first + "/ns/cgroup") == kInitialCgroupNamespace) {
      return host;
    }
  }
  if (!some) {
    return Error("no cgroup file system is mounted, so containers cannot be told apart");
  }
  return own;
}

}  // namespace culprit
