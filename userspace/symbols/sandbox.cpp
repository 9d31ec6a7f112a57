// SPDX-License-Identifier: Apache-2.0
#include "symbols/sandbox.h"

#include <cap-ng.h>
#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>

#include "base/text_file.h"
#include "base/unique_fd.h"

namespace culprit {
namespace {

/// Calls without a condition. None of them names a file, a process or an address to connect to.
constexpr std::array kAllowedCalls = {
    SCMP_SYS(read),         SCMP_SYS(pread64),         SCMP_SYS(lseek),  SCMP_SYS(recvmsg),
    SCMP_SYS(sendmsg),      SCMP_SYS(close),           SCMP_SYS(munmap), SCMP_SYS(mremap),
    SCMP_SYS(brk),          SCMP_SYS(madvise),         SCMP_SYS(futex),  SCMP_SYS(clock_gettime),
    SCMP_SYS(sched_yield),  SCMP_SYS(getrandom),       SCMP_SYS(exit),   SCMP_SYS(exit_group),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
    SCMP_SYS(sigaltstack),  // AddressSanitizer asks on the way out
};

constexpr std::uint64_t kShadowBytes = std::uint64_t{1} << 40U;

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

Status limit(int resource, rlim_t value) {
  const rlimit both{.rlim_cur = value, .rlim_max = value};
  if (::setrlimit(static_cast<__rlimit_resource>(resource), &both) != 0) {
    return Error::from_errno("set a resource limit", errno);
  }
  return Success{};
}

Result<std::uint64_t> address_space_bytes() {
  const auto statm = read_text_file("/proc/self/statm");
  if (!statm) {
    return statm.error();
  }
  std::uint64_t pages = 0;
  if (std::from_chars(statm->data(), statm->data() + statm->size(), pages).ec != std::errc{}) {
    return Error("/proc/self/statm is not understood");
  }
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

Status set_limits(const SandboxLimits& limits) {
  const auto used = address_space_bytes();
  if (!used) {
    return used.error();
  }
  // AddressSanitizer's shadow is terabytes of address space and still grows.
  if (*used < kShadowBytes) {
    if (auto set = limit(RLIMIT_AS, *used + limits.memory_bytes); !set) {
      return set;
    }
  }
  const auto seconds = static_cast<rlim_t>(limits.cpu_time.count());
  for (const auto& [resource, value] : {std::pair<int, rlim_t>(RLIMIT_CPU, seconds),
                                        {RLIMIT_NOFILE, limits.descriptors},
                                        {RLIMIT_CORE, 0},
                                        {RLIMIT_FSIZE, 0},
                                        {RLIMIT_NPROC, 0}}) {
    if (auto set = limit(resource, value); !set) {
      return set;
    }
  }
  return Success{};
}

/// Memory may be had, but neither a file's nor executable.
int allow_memory(scmp_filter_ctx filter) {
  const std::array rules = {
      scmp_arg_cmp{.arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0},
      scmp_arg_cmp{
          .arg = 3, .op = SCMP_CMP_MASKED_EQ, .datum_a = MAP_ANONYMOUS, .datum_b = MAP_ANONYMOUS}};
  const int map = ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, rules.data());
  return map != 0 ? map
                  : ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                             rules.data());
}

}  // namespace

Status drop_rights() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Error::from_errno("set no_new_privs", errno);
  }
  ::capng_clear(CAPNG_SELECT_ALL);
  // The bounding set can only be emptied by those who hold CAP_SETPCAP; for others, and for
  // libcap-ng where /proc is not mounted, no_new_privs already makes it meaningless.
  ::capng_apply(CAPNG_SELECT_BOUNDS);
  ::capng_clear(CAPNG_SELECT_ALL);
  if (::capng_apply(CAPNG_SELECT_CAPS) != 0) {
    return Error("cannot give up capabilities");
  }
  if (::capng_get_caps_process() != 0 ||
      ::capng_have_capabilities(CAPNG_SELECT_CAPS) > CAPNG_NONE) {
    return Error("capabilities are still there after they were given up");
  }
  return Success{};
}

Status close_inherited_descriptors(int keep_up_to) {
  const int null = ::open("/dev/null", O_RDWR);
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (null < 0 || ::dup2(null, descriptor) < 0) {
      return Error::from_errno("detach from the standard streams", errno);
    }
  }
  const auto first = static_cast<unsigned>(keep_up_to) + 1;
  if (::syscall(SYS_close_range, first, ~0U, 0U) != 0) {
    return Error::from_errno("close inherited descriptors", errno);
  }
  return Success{};
}

Status enter_sandbox(const SandboxLimits& limits) {
  if (auto set = set_limits(limits); !set) {
    return set;
  }
  const Filter filter(::seccomp_init(SCMP_ACT_KILL_PROCESS), &::seccomp_release);
  if (!filter) {
    return Error("cannot make a system call filter");
  }
  int failure = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  for (const int call : kAllowedCalls) {
    failure = failure != 0 ? failure : ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, call, 0);
  }
  failure = failure != 0 ? failure : allow_memory(filter.get());
  failure = failure != 0 ? failure : ::seccomp_load(filter.get());
  if (failure != 0) {
    return Error::from_errno("install the system call filter", -failure);
  }
  return Success{};
}

}  // namespace culprit
