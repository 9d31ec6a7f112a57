// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "containers/cgroup_mounts.h"
#include "samples/lifecycle.h"

namespace culprit {

/// The two numberings of cgroups that the probes report; equal numbers in both mean nothing.
enum class CgroupNumbering : std::uint8_t { V2, V1 };

/// Knows the path of every cgroup by its id, those included that have gone in the meantime. The
/// directories are walked at the start and again when an unknown id is met, at most every
/// `kRescanInterval`. Not thread-safe.
class CgroupTree {
 public:
  using Clock = std::function<KernelTime()>;
  static constexpr std::chrono::milliseconds kRescanInterval{250};

  explicit CgroupTree(CgroupMounts mounts, Clock clock = std::chrono::steady_clock::now);

  /// Walks the hierarchies now.
  void scan();

  /// Takes in a birth or death seen by the probes.
  void observe(const CgroupEvent& event);

  /// The path of a cgroup relative to its hierarchy's root, "/" for the root itself; nothing when
  /// even a new walk does not know the id.
  std::optional<std::string> path_of(CgroupNumbering numbering, CgroupId id);

  /// The id of the living (else of the last dead) cgroup of this path.
  [[nodiscard]] std::optional<CgroupId> id_of(CgroupNumbering numbering,
                                              std::string_view path) const;

  /// The ids of a path and of everything below it.
  [[nodiscard]] std::vector<CgroupId> subtree(CgroupNumbering numbering,
                                              std::string_view path) const;

  /// All living paths, sorted.
  [[nodiscard]] std::vector<std::string> paths(CgroupNumbering numbering) const;

  /// Where the counters of a path are read: "unified" or a v1 controller's name -> directory, only
  /// those that exist.
  [[nodiscard]] std::map<std::string, std::string> directories(std::string_view path) const;

  /// Which numbering tells containers apart here: v1 where v2 is not mounted, or where engines put
  /// containers into v1 hierarchies only.
  [[nodiscard]] CgroupNumbering identity() const;

  [[nodiscard]] const CgroupMounts& mounts() const { return mounts_; }
  /// Directories left out because there were too many or too deep ones.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

 private:
  struct Entry {
    std::string path;
    bool alive = true;
    std::uint64_t seen_in_scan = 0;
  };
  struct Numbering {
    std::unordered_map<CgroupId, Entry> by_id;
    std::map<std::string, CgroupId, std::less<>> by_path;
    std::vector<CgroupId> dead;  ///< oldest first
    std::uint64_t scans = 0;
  };
  /// A directory still to be walked.
  struct Pending {
    std::string path;
    std::size_t depth;
  };

  void walk(CgroupNumbering numbering, const std::string& root);
  void list(Numbering& known, const std::string& root, const Pending& directory,
            std::vector<Pending>& pending);
  static void remember(Numbering& known, CgroupId id, std::string path);
  static void forget_gone(Numbering& known);
  static void bury(Numbering& known, CgroupId id);
  Numbering& of(CgroupNumbering numbering);
  [[nodiscard]] const Numbering& of(CgroupNumbering numbering) const;

  CgroupMounts mounts_;
  Clock clock_;
  std::array<Numbering, 2> numberings_;
  KernelTime last_scan_;
  std::uint64_t skipped_ = 0;
};

}  // namespace culprit
