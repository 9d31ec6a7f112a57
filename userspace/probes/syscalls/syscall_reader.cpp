// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/syscall_reader.h"

namespace culprit {

SyscallCount decode(const culprit_syscall_key& key, std::uint64_t count, KernelTime now) {
  SyscallCount sample{.until = now,
                      .cgroup = CgroupId(key.cgroup_id),
                      .pid = Pid(key.pid),
                      .tid = Tid(key.tid),
                      .number = key.number,
                      .compat = key.compat != 0,
                      .returned_zero = key.outcome == CULPRIT_OUTCOME_ZERO,
                      .count = count};
  if (key.outcome < 0 && !sample.returned_zero) {
    sample.error = static_cast<std::uint16_t>(-key.outcome);
  }
  return sample;
}

Status SyscallReader::read(KernelTime now, SampleSink& sink) {
  return counts_.drain([&](const culprit_syscall_key& key, const std::uint64_t& count) {
    sink.accept(decode(key, count, now));
  });
}

}  // namespace culprit
