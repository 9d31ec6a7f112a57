// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/syscall_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <string_view>

namespace culprit {
namespace {

enum class Effect : std::uint8_t { Housekeeping, Useful, Ready, Idle, Failing, Yield, Missing };

// Memory, time, locks and signals of the process itself: no progress that anybody else can see.
constexpr std::array<std::string_view, 30> kHousekeeping{"arch_prctl",
                                                         "brk",
                                                         "clock_gettime",
                                                         "futex",
                                                         "get_robust_list",
                                                         "getcpu",
                                                         "getpid",
                                                         "getppid",
                                                         "getrusage",
                                                         "gettid",
                                                         "gettimeofday",
                                                         "madvise",
                                                         "membarrier",
                                                         "mmap",
                                                         "mprotect",
                                                         "mremap",
                                                         "munmap",
                                                         "restart_syscall",
                                                         "rseq",
                                                         "rt_sigaction",
                                                         "rt_sigprocmask",
                                                         "rt_sigreturn",
                                                         "rt_sigtimedwait",
                                                         "sched_getaffinity",
                                                         "set_robust_list",
                                                         "sigaltstack",
                                                         "tgkill",
                                                         "time",
                                                         "times",
                                                         "timer_settime"};

constexpr std::array<std::string_view, 7> kWaits{
    "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6"};

constexpr std::array<std::string_view, 9> kReads{
    "read", "readv", "pread64", "preadv", "preadv2", "recvfrom", "recvmsg", "recvmmsg", "recv"};

constexpr std::array<std::string_view, 15> kLookUps{
    "stat", "lstat",  "newfstatat", "fstatat64", "statx",   "access",     "faccessat", "faccessat2",
    "open", "openat", "stat64",     "lstat64",   "openat2", "readlinkat", "readlink"};

template <std::size_t Size>
bool is_one_of(const std::array<std::string_view, Size>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool means_broken(std::uint16_t error) {
  return error == EBADF || error == EMFILE || error == ENFILE || error == ENOTSOCK ||
         error == ENOTCONN || error == EPIPE;
}

Effect effect_of_wait(const SyscallActivity& activity) {
  if (activity.error == 0) {
    return activity.returned_zero ? Effect::Idle : Effect::Ready;
  }
  return activity.error == EINTR ? Effect::Housekeeping : Effect::Failing;
}

Effect effect_of(const SyscallActivity& activity) {
  if (activity.name == "sched_yield") {
    return Effect::Yield;
  }
  if (is_one_of(kHousekeeping, activity.name)) {
    return Effect::Housekeeping;
  }
  if (is_one_of(kWaits, activity.name)) {
    return effect_of_wait(activity);
  }
  if (activity.error == EAGAIN) {
    return Effect::Idle;
  }
  if ((activity.error == ENOENT || activity.error == ENOTDIR) &&
      is_one_of(kLookUps, activity.name)) {
    return Effect::Missing;
  }
  // A read at the end of the file, again and again.
  const bool end_of_file =
      activity.error == 0 && activity.returned_zero && is_one_of(kReads, activity.name);
  return means_broken(activity.error) || end_of_file ? Effect::Failing : Effect::Useful;
}

std::string outcome_text(const SyscallActivity& activity) {
  if (activity.error == 0) {
    return activity.name == "sched_yield" ? "yields" : "returns 0";
  }
  const char* name = strerrorname_np(activity.error);
  return name == nullptr ? fmt::format("error {}", activity.error) : name;
}

void propose(SyscallSummary::Favourite& favourite, const SyscallActivity& activity) {
  if (activity.count > favourite.count) {
    favourite = {.call = activity.name, .outcome = outcome_text(activity), .count = activity.count};
  }
}

void add(SyscallSummary& summary, const SyscallActivity& activity) {
  const Effect effect = effect_of(activity);
  switch (effect) {
    case Effect::Housekeeping:
      return;
    case Effect::Useful:
      summary.useful += activity.count;
      return;
    case Effect::Ready:
      summary.ready += activity.count;
      return;
    case Effect::Idle:
      summary.idle += activity.count;
      break;
    case Effect::Failing:
      summary.failing += activity.count;
      break;
    case Effect::Yield:
      summary.yields += activity.count;
      break;
    case Effect::Missing:
      summary.missing += activity.count;
      propose(summary.most_missing, activity);
      return;
  }
  propose(summary.most_fruitless, activity);
}

}  // namespace

SyscallSummary summarize_syscalls(const ProfileIndex& index,
                                  std::span<const ThreadProfile* const> threads) {
  SyscallSummary summary;
  std::set<Pid> pids;
  std::set<Tid> tids;
  for (const ThreadProfile* thread : threads) {
    pids.insert(thread->process.pid);
    tids.insert(thread->tid);
  }
  for (const ThreadProfile* thread : threads) {
    // Calls were not counted (narrowed, or an old kernel): the task's own counters are left.
    if (index.syscalls_of(thread->process.pid).empty()) {
      summary.useful += thread->write_calls + thread->read_calls;
    }
  }
  for (const Pid pid : pids) {
    for (const SyscallActivity* activity : index.syscalls_of(pid)) {
      if (activity->tid.value() == 0 || tids.contains(activity->tid)) {
        add(summary, *activity);
      }
    }
  }
  return summary;
}

}  // namespace culprit
