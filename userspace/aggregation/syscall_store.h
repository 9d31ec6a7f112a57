// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "aggregation/bounded_rows.h"
#include "aggregation/cgroup_table.h"
#include "samples/activity.h"

namespace culprit {

/// Stands for every system call that found no room.
inline constexpr std::uint32_t kOtherSyscalls = std::numeric_limits<std::uint32_t>::max();

struct SyscallKey {
  CgroupRef cgroup;
  Pid pid;  ///< 0: of threads that found no room
  Tid tid;
  std::uint32_t number = 0;
  std::uint16_t error = 0;
  bool compat = false, returned_zero = false;

  bool operator==(const SyscallKey&) const = default;
};

struct SyscallKeyHash {
  std::size_t operator()(const SyscallKey& key) const;
};

/// Collects system calls. Beyond the limit rows lose their thread, then their number.
class SyscallStore {
 public:
  SyscallStore();

  void add(const SyscallCount& count, CgroupRef cgroup);

  [[nodiscard]] const BoundedRows<SyscallKey, std::uint64_t, SyscallKeyHash>& rows() const {
    return rows_;
  }

 private:
  BoundedRows<SyscallKey, std::uint64_t, SyscallKeyHash> rows_;
};

}  // namespace culprit
