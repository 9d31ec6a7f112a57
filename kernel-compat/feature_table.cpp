// SPDX-License-Identifier: Apache-2.0
#include "feature_table.h"

#include <array>
#include <cstddef>

namespace culprit {
namespace {

constexpr std::array kTable = {
    FeatureRow{.feature = KernelFeature::Btf,
               .name = "BTF of the kernel",
               .since = "CONFIG_DEBUG_INFO_BTF (5.4)",
               .required = true,
               .fallback = "",
               .lost_without = "everything: the probes cannot be fitted to this kernel"},
    FeatureRow{.feature = KernelFeature::RingBuffer,
               .name = "BPF ring buffer",
               .since = "5.8 (457f44363a88)",
               .required = true,
               .fallback = "",
               .lost_without = "everything"},
    FeatureRow{.feature = KernelFeature::PerfEventBpf,
               .name = "BPF programs on perf events",
               .since = "4.9",
               .required = true,
               .fallback = "",
               .lost_without = "everything"},
    FeatureRow{.feature = KernelFeature::RawTracepoints,
               .name = "raw tracepoints",
               .since = "4.17",
               .required = true,
               .fallback = "",
               .lost_without = "system calls, connections, writes, births and deaths"},
    FeatureRow{.feature = KernelFeature::TaskPtRegs,
               .name = "bpf_task_pt_regs",
               .since = "5.15 (dd6e10fbd9fb)",
               .fallback = "the kernel's own stack walker",
               .lost_without = "frames beyond 127 of threads inside system calls"},
    FeatureRow{.feature = KernelFeature::MappingBuildIds,
               .name = "build-ids in mapping records",
               .since = "5.12 (88a16a130933)",
               .fallback = "device and inode, and the file itself",
               .lost_without = "nothing but the identity of files deleted meanwhile"},
    FeatureRow{.feature = KernelFeature::HardwareCycles,
               .name = "hardware cycle counter",
               .since = "a machine with a PMU",
               .fallback = "cpu-clock, which is the default anyway",
               .lost_without = "--event cycles"},
    FeatureRow{.feature = KernelFeature::SafeUserReads,
               .name = "user memory can be read while sampling",
               .since = "not 5.19, 6.0, 6.1 to .35, 6.2, 6.3 to .9",
               .fallback = "the kernel's own stack walker",
               .lost_without = "frames beyond 127"},
    FeatureRow{.feature = KernelFeature::TypedTask,
               .name = "bpf_get_current_task_btf",
               .since = "5.11 (3ca1032ab7ab)",
               .fallback = "reads through a helper",
               .lost_without = "a few nanoseconds of each system call"},
    FeatureRow{.feature = KernelFeature::CgroupMapMemory,
               .name = "maps outside of RLIMIT_MEMLOCK",
               .since = "5.11 (d5299b67dd59)",
               .fallback = "the limit is raised, where that is allowed",
               .lost_without = "nothing, where the limit may be raised"},
};

}  // namespace

std::span<const FeatureRow> feature_table() {
  return kTable;
}

const FeatureRow& row_of(KernelFeature feature) {
  return kTable[static_cast<std::size_t>(feature)];
}

}  // namespace culprit
