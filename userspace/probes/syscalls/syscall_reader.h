// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "abi/syscall_count.h"
#include "probes/syscalls/drained_map.h"
#include "samples/sample.h"

namespace culprit {

/// Takes the counts of system calls out of the kernel's map.
class SyscallReader {
 public:
  explicit SyscallReader(int map_descriptor) : counts_(map_descriptor) {}

  Status read(KernelTime now, SampleSink& sink);

 private:
  DrainedMap<culprit_syscall_key, std::uint64_t> counts_;
};

/// What one entry says.
SyscallCount decode(const culprit_syscall_key& key, std::uint64_t count, KernelTime now);

}  // namespace culprit
