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

#include <algorithm>
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
    SCMP_SYS(sysinfo),      // the C library's qsort asks how much memory there is
    SCMP_SYS(sigaltstack),  // AddressSanitizer asks on the way out
};

constexpr std::uint64_t kShadowBytes = std::uint64_t{1} << 40U;

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

/// To `value`, or to what is allowed when that is less.
Status limit(int resource, rlim_t value) {
  const auto kind = static_cast<__rlimit_resource>(resource);
  rlimit both{};
  if (::getrlimit(kind, &both) != 0) {
    return Error::from_errno("read a resource limit", errno);
  }
  both.rlim_max = std::min(both.rlim_max, value);
  both.rlim_cur = both.rlim_max;
  if (::setrlimit(kind, &both) != 0) {
    return Error::from_errno("set a resource limit", errno);
  }
  return Success{};
}

struct MemoryUse {
  std::uint64_t address_space = 0;
  std::uint64_t data = 0;  ///< what is its own: heap, private writable memory, stack
};

/// /proc/self/statm: size resident shared text library data dirty, in pages.
Result<MemoryUse> memory_use() {
  const auto statm = read_text_file("/proc/self/statm");
  if (!statm) {
    return statm.error();
  }
  std::array<std::uint64_t, 6> pages{};
  const char* next = statm->data();
  const char* const end = statm->data() + statm->size();
  for (std::uint64_t& number : pages) {
    const auto [rest, failure] = std::from_chars(next, end, number);
    if (failure != std::errc{}) {
      return Error("/proc/self/statm is not understood");
    }
    next = std::min(rest + 1, end);
  }
  const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return MemoryUse{.address_space = pages.front() * page_bytes, .data = pages.back() * page_bytes};
}

Status set_limits(const SandboxLimits& limits) {
  const auto used = memory_use();
  if (!used) {
    return used.error();
  }
  // AddressSanitizer's shadow is terabytes of address space and still grows.
  if (used->address_space < kShadowBytes) {
    // Two limits, for pages of a mapped file are the kernel's, which it can take back any time.
    const std::uint64_t beyond = limits.memory_bytes + limits.mapped_bytes;
    for (const auto& [resource, value] :
         {std::pair<int, rlim_t>(RLIMIT_AS, used->address_space + beyond),
          {RLIMIT_DATA, used->data + limits.memory_bytes}}) {
      if (auto set = limit(resource, value); !set) {
        return set;
      }
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

/// Memory of its own may be had, which RLIMIT_DATA counts because it is private; files may be
/// mapped for nothing but reading; nothing may be made executable.
int allow_memory(scmp_filter_ctx filter) {
  constexpr std::uint64_t kSharing = MAP_SHARED | MAP_PRIVATE | MAP_ANONYMOUS;
  const scmp_arg_cmp not_executable{
      .arg = 2, .op = SCMP_CMP_MASKED_EQ, .datum_a = PROT_EXEC, .datum_b = 0};
  const std::array own = {not_executable, scmp_arg_cmp{.arg = 3,
                                                       .op = SCMP_CMP_MASKED_EQ,
                                                       .datum_a = kSharing,
                                                       .datum_b = MAP_PRIVATE | MAP_ANONYMOUS}};
  const std::array file = {
      scmp_arg_cmp{.arg = 2, .op = SCMP_CMP_EQ, .datum_a = PROT_READ, .datum_b = 0},
      scmp_arg_cmp{.arg = 3, .op = SCMP_CMP_EQ, .datum_a = MAP_PRIVATE, .datum_b = 0}};
  int failure = 0;
  for (const auto& rules : {own, file}) {
    failure = failure != 0
                  ? failure
                  : ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap),
                                             static_cast<unsigned>(rules.size()), rules.data());
  }
  return failure != 0 ? failure
                      : ::seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                                 &not_executable);
}

/// libdw wants to know the path of the file it reads and does without when it is not told.
int refuse_paths(scmp_filter_ctx filter) {
  int failure = 0;
  for (const int call : {SCMP_SYS(readlink), SCMP_SYS(readlinkat)}) {
    failure = failure != 0 ? failure : ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), call, 0);
  }
  return failure;
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
  failure = failure != 0 ? failure : refuse_paths(filter.get());
  failure = failure != 0 ? failure : ::seccomp_load(filter.get());
  if (failure != 0) {
    return Error::from_errno("install the system call filter", -failure);
  }
  return Success{};
}

}  // namespace culprit
