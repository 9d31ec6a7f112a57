// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "aggregation/cgroup_table.h"
#include "aggregation/second_counts.h"
#include "samples/lifecycle.h"

namespace culprit {

/// Births and deaths of the processes of one cgroup.
struct LifecycleRow {
  std::uint64_t forks = 0, execs = 0, exits = 0, failed_exits = 0;
  SecondCounts forks_by_second;
  std::map<std::string, std::uint64_t> exec_names;  ///< displayable

  void merge(const LifecycleRow& other);
};

/// Counts births and deaths of processes by cgroup.
class LifecycleStore {
 public:
  void add(const ProcessEvent& event, CgroupRef cgroup, std::uint32_t second);

  [[nodiscard]] const std::map<CgroupRef, LifecycleRow>& rows() const { return rows_; }

 private:
  std::map<CgroupRef, LifecycleRow> rows_;
};

}  // namespace culprit
