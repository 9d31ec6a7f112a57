// SPDX-License-Identifier: Apache-2.0
#include "aggregation/syscall_store.h"

#include "aggregation/counting.h"
#include "aggregation/limits.h"

namespace culprit {

std::size_t SyscallKeyHash::operator()(const SyscallKey& key) const {
  const std::uint64_t thread = (std::uint64_t{key.pid.value()} << 32U) | key.tid.value();
  const std::uint64_t outcome =
      (std::uint64_t{key.error} << 2U) | (key.compat ? 2U : 0U) | (key.returned_zero ? 1U : 0U);
  const std::size_t hash = mixed_hash(mixed_hash(thread, key.cgroup.value()), key.number);
  return mixed_hash(hash, outcome);
}

SyscallStore::SyscallStore() : rows_(kSyscallRowLimit) {}

void SyscallStore::add(const SyscallCount& count, CgroupRef cgroup) {
  const SyscallKey key{.cgroup = cgroup,
                       .pid = count.pid,
                       .tid = count.tid,
                       .number = count.number,
                       .error = count.error,
                       .compat = count.compat,
                       .returned_zero = count.returned_zero};
  SyscallKey coarser = key;
  coarser.pid = Pid(0);
  coarser.tid = Tid(0);
  const SyscallKey coarsest{.cgroup = cgroup,
                            .pid = Pid(0),
                            .tid = Tid(0),
                            .number = kOtherSyscalls,
                            .error = 0,
                            .compat = false,
                            .returned_zero = false};
  std::uint64_t& total = rows_.at(key, coarser, coarsest);
  total = saturating_sum(total, count.count);
}

}  // namespace culprit
