// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "samples/stack.h"
#include "samples/task.h"

namespace culprit {

enum class CpuContext : std::uint8_t {
  User = 1,
  Syscall = 2,
  SoftIrq = 3,
  HardIrq = 4,
  KernelThread = 5
};

/// Counters of one thread that only grow; differences between two samples are its progress.
struct ThreadProgress {
  std::uint64_t runtime_ns = 0;
  std::uint64_t run_queue_ns = 0;  ///< waited for a CPU while runnable
  std::uint64_t voluntary_switches = 0;
  std::uint64_t forced_switches = 0;
  std::uint64_t major_faults = 0;
  std::uint64_t write_calls = 0;
  std::uint64_t written_bytes = 0;
  std::uint64_t read_calls = 0;
  std::uint64_t read_bytes = 0;
};

/// One tick of the sampling clock on one CPU that was not idle.
struct CpuSample {
  KernelTime time;
  CpuId cpu;
  Task task;
  CpuContext context = CpuContext::User;
  std::int32_t syscall = -1;  ///< number while inside a system call
  StackHash stack;            ///< its frames come as a RawStack, before or after
  ThreadProgress progress;
};

}  // namespace culprit
