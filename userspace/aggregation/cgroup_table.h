// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "aggregation/counting.h"
#include "base/ids.h"
#include "containers/cgroup_tree.h"

namespace culprit {

/// Index of a cgroup in a CgroupTable.
using CgroupRef = StrongId<struct CgroupRefTag, std::uint32_t>;

/// A cgroup as the kernel part names it; 0 where only the other numbering is known.
struct CgroupIds {
  CgroupId v2;
  CgroupId v1;

  bool operator==(const CgroupIds&) const = default;
};

/// Gives each cgroup met a small number. Number 0 is "no cgroup known" (both ids 0), which also
/// takes what does not fit.
class CgroupTable {
 public:
  /// `events` is the numbering in which counts and usages name cgroups on this host.
  explicit CgroupTable(CgroupNumbering events);

  CgroupRef of(CgroupIds ids);
  /// Of a count, a usage or a listening socket: they carry one id only.
  CgroupRef of_event(CgroupId id);
  /// The one of the two ids by which events name the cgroup.
  [[nodiscard]] CgroupId event_id(const CgroupIds& ids) const {
    return events_ == CgroupNumbering::V2 ? ids.v2 : ids.v1;
  }
  /// The number that such an id has got; 0 when it has none.
  [[nodiscard]] CgroupRef find_event(CgroupId id) const;

  [[nodiscard]] const std::vector<CgroupIds>& all() const { return all_; }
  /// How often a cgroup found no room.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Hash {
    std::size_t operator()(const CgroupIds& ids) const {
      return mixed_hash(mixed_hash(0, ids.v2.value()), ids.v1.value());
    }
  };

  [[nodiscard]] CgroupIds event_ids(CgroupId id) const;

  CgroupNumbering events_;
  std::vector<CgroupIds> all_;
  std::unordered_map<CgroupIds, CgroupRef, Hash> refs_;
  std::uint64_t refused_ = 0;
};

}  // namespace culprit
