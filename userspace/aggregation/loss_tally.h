// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "aggregation/cgroup_table.h"

namespace culprit {

/// Counts what was lost, by cause and by cgroup. Causes are stable names.
class LossTally {
 public:
  /// A loss of nobody's in particular.
  void add(std::string_view cause, std::uint64_t count = 1);
  void add_of(CgroupRef cgroup, std::string_view cause, std::uint64_t count = 1);

  /// All losses, those of cgroups included.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& by_cause() const { return by_cause_; }
  [[nodiscard]] const std::map<CgroupRef, std::map<std::string, std::uint64_t>>& by_cgroup() const {
    return by_cgroup_;
  }
  [[nodiscard]] std::uint64_t of_cause(const std::string& cause) const;

 private:
  std::map<std::string, std::uint64_t> by_cause_;
  std::map<CgroupRef, std::map<std::string, std::uint64_t>> by_cgroup_;
};

}  // namespace culprit
