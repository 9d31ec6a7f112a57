// SPDX-License-Identifier: Apache-2.0
#include "feature_probe.h"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "base/text_file.h"
#include "base/unique_fd.h"
#include "freezing_kernels.h"

namespace culprit {
namespace {

int try_perf_event(perf_event_attr attributes) {
  attributes.size = sizeof(attributes);
  attributes.disabled = 1;
  constexpr int kAnyProcess = -1;
  constexpr int kFirstCpu = 0;
  const UniqueFd event(static_cast<int>(::syscall(SYS_perf_event_open, &attributes, kAnyProcess,
                                                  kFirstCpu, -1, PERF_FLAG_FD_CLOEXEC)));
  return event.valid() ? 0 : errno;
}

bool has_perf_event(std::uint32_t type, std::uint64_t config) {
  perf_event_attr attributes{};
  attributes.type = type;
  attributes.config = config;
  attributes.sample_period = 1'000'000'000;
  return try_perf_event(attributes) == 0;
}

bool has_build_ids() {
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_DUMMY;
  attributes.mmap2 = 1;
  attributes.build_id = 1;
  return try_perf_event(attributes) == 0;
}

bool has_btf() {
  return ::access("/sys/kernel/btf/vmlinux", R_OK) == 0;
}

bool reads_user_memory_safely() {
  utsname names{};
  return ::uname(&names) != 0 || !freezes_on_user_reads(static_cast<const char*>(names.release));
}

/// With what to type: the program that was started need not be on root's path.
std::string needs_root() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  return "observing other processes needs root; type: sudo " +
         (failed ? std::string("culprit") : program.string());
}

/// The first one has a number of its own: PROC_PID_INIT_INO, include/linux/proc_ns.h.
bool in_initial_pid_namespace() {
  constexpr ino_t kInitialPidNamespace = 0xEFFFFFFC;
  struct stat status {};
  return ::stat("/proc/self/ns/pid", &status) == 0 && status.st_ino == kInitialPidNamespace;
}

}  // namespace

bool kernel_has(KernelFeature feature) {
  switch (feature) {
    case KernelFeature::Btf:
      return has_btf();
    case KernelFeature::RingBuffer:
      return libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nullptr) == 1;
    case KernelFeature::PerfEventBpf:
      return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_PERF_EVENT, nullptr) == 1;
    case KernelFeature::RawTracepoints:
      return libbpf_probe_bpf_prog_type(BPF_PROG_TYPE_RAW_TRACEPOINT, nullptr) == 1;
    case KernelFeature::TaskPtRegs:
      return libbpf_probe_bpf_helper(BPF_PROG_TYPE_PERF_EVENT, BPF_FUNC_task_pt_regs, nullptr) == 1;
    case KernelFeature::MappingBuildIds:
      return has_build_ids();
    case KernelFeature::HardwareCycles:
      return has_perf_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);
    case KernelFeature::SafeUserReads:
      return reads_user_memory_safely();
    case KernelFeature::TypedTask:
      return libbpf_probe_bpf_helper(BPF_PROG_TYPE_PERF_EVENT, BPF_FUNC_get_current_task_btf,
                                     nullptr) == 1;
    case KernelFeature::CgroupMapMemory:
      // It cannot be asked without spoiling our own limit; this helper came in the same version.
      return libbpf_probe_bpf_helper(BPF_PROG_TYPE_SOCKET_FILTER, BPF_FUNC_ktime_get_coarse_ns,
                                     nullptr) == 1;
  }
  return false;
}

Status can_observe(const Result<KernelBtf>& btf) {
  if (::access("/proc/self/stat", R_OK) != 0) {
    return Error(
        "/proc is not mounted here, and it says who runs and how busy the host is; "
        "type: mount -t proc proc /proc");
  }
  if (!btf) {
    return btf.error();
  }
  if (!in_initial_pid_namespace()) {
    return Error(
        "processes have other numbers here than the kernel tells (a pid namespace of its own): run "
        "culprit on the host, or in a container with --pid=host");
  }
  perf_event_attr attributes{};
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.sample_period = 1'000'000'000;
  const int error = try_perf_event(attributes);
  if (error == EACCES || error == EPERM) {
    return Error(::geteuid() == 0
                     ? "the kernel refuses perf events even to root here: run culprit on the host, "
                       "or in a container started with --privileged --pid=host"
                     : needs_root(),
                 error);
  }
  if (error != 0) {
    return Error::from_errno("open a perf event (is CONFIG_PERF_EVENTS missing?)", error);
  }
  if (!kernel_has(KernelFeature::PerfEventBpf) || !kernel_has(KernelFeature::RingBuffer)) {
    return Error(
        ::geteuid() == 0
            ? "the kernel refuses BPF programs here: culprit needs Linux 5.10 or newer, and "
              "in a container --privileged --pid=host"
            : needs_root());
  }
  return Success{};
}

}  // namespace culprit
