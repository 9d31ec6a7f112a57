// SPDX-License-Identifier: Apache-2.0
#include "aggregation/cgroup_table.h"

#include "aggregation/limits.h"

namespace culprit {

CgroupTable::CgroupTable(CgroupNumbering events) : events_(events) {
  of({});
}

CgroupRef CgroupTable::of(CgroupIds ids) {
  const auto known = refs_.find(ids);
  if (known != refs_.end()) {
    return known->second;
  }
  if (all_.size() >= kCgroupLimit) {
    ++refused_;
    return CgroupRef(0);
  }
  const CgroupRef ref(static_cast<std::uint32_t>(all_.size()));
  all_.push_back(ids);
  refs_.emplace(ids, ref);
  return ref;
}

CgroupIds CgroupTable::event_ids(CgroupId id) const {
  return events_ == CgroupNumbering::V2 ? CgroupIds{.v2 = id, .v1 = {}}
                                        : CgroupIds{.v2 = {}, .v1 = id};
}

CgroupRef CgroupTable::of_event(CgroupId id) {
  return of(event_ids(id));
}

CgroupRef CgroupTable::find_event(CgroupId id) const {
  const auto known = refs_.find(event_ids(id));
  return known == refs_.end() ? CgroupRef(0) : known->second;
}

}  // namespace culprit
