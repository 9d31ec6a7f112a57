// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace culprit {

/// What the probes ask of the kernel.
enum class KernelFeature : std::uint8_t {
  Btf,              ///< /sys/kernel/btf/vmlinux: programs are fitted to this kernel by it
  RingBuffer,       ///< BPF_MAP_TYPE_RINGBUF
  PerfEventBpf,     ///< BPF programs on perf events
  RawTracepoints,   ///< BPF programs on raw tracepoints
  TaskPtRegs,       ///< bpf_task_pt_regs: user registers of a thread inside the kernel
  MappingBuildIds,  ///< build-ids in mmap2 records
  HardwareCycles,   ///< a performance-monitoring unit
  SafeUserReads,    ///< reading user memory from an interrupt does not freeze the machine
  TypedTask,        ///< bpf_get_current_task_btf: fields of the task by plain loads
  CgroupMapMemory,  ///< memory of maps is the cgroup's, not counted against RLIMIT_MEMLOCK
};

/// One row for people and tests: since when, what stands in, what is lost then.
struct FeatureRow {
  KernelFeature feature;
  std::string_view name;
  std::string_view since;
  bool required = false;
  std::string_view fallback;  ///< empty: there is none
  std::string_view lost_without;
};

std::span<const FeatureRow> feature_table();
const FeatureRow& row_of(KernelFeature feature);

}  // namespace culprit
