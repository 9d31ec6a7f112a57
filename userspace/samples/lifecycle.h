// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "samples/task.h"

namespace culprit {

enum class ProcessEventKind : std::uint8_t { Fork = 1, Exec = 2, Exit = 3 };

struct ProcessEvent {
  KernelTime time;
  ProcessEventKind kind = ProcessEventKind::Fork;
  Task task;  ///< fork: the child
  Pid parent;
  std::int32_t exit_code = 0;  ///< as wait(2) has it
  std::chrono::nanoseconds runtime{0};
};

struct CgroupEvent {
  KernelTime time;
  bool created = false;  ///< else removed
  CgroupId cgroup;
  std::uint32_t hierarchy = 0;  ///< 0: v2
  std::string path;
};

/// An executable mapping that appeared while we watched (perf mmap2 record) or was there before
/// (from /proc/PID/maps).
struct ExecutableMapping {
  KernelTime time;
  Pid pid;
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::uint64_t file_offset = 0;
  std::uint64_t inode = 0;
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::string path;      ///< inside the process's mount namespace; "[vdso]", "//anon" and the like
  std::string build_id;  ///< raw bytes; empty when the kernel did not say
};

}  // namespace culprit
