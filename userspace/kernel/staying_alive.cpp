// SPDX-License-Identifier: Apache-2.0
#include "kernel/staying_alive.h"

#include <cap-ng.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <string_view>

#include "base/unique_fd.h"

namespace culprit {
namespace {

constexpr std::uint32_t kSchedNormal = 0;
constexpr std::uint32_t kSchedDeadline = 6;
constexpr std::uint64_t kResetOnFork = 1;
constexpr std::uint64_t kReclaim = 2;

/// sched_setattr(2); glibc 2.36 declares neither the call nor the structure.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = kSchedNormal;
  std::uint64_t flags = 0;
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t runtime_ns = 0;
  std::uint64_t deadline_ns = 0;
  std::uint64_t period_ns = 0;
};

bool set_attributes(Tid thread, const SchedulingAttributes& attributes) {
  return ::syscall(SYS_sched_setattr, thread.value(), &attributes, 0) == 0;
}

std::uint64_t nanoseconds_of(std::chrono::microseconds duration) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(duration).count());
}

}  // namespace

Priority reserve_cpu(Tid thread, CpuReservation reservation) {
  SchedulingAttributes attributes;
  attributes.policy = kSchedDeadline;
  attributes.flags = kResetOnFork | (reservation.may_use_more ? kReclaim : 0);
  attributes.runtime_ns = nanoseconds_of(reservation.runtime);
  attributes.deadline_ns = nanoseconds_of(reservation.period);
  attributes.period_ns = nanoseconds_of(reservation.period);
  if (set_attributes(thread, attributes)) {
    return Priority::Deadline;
  }
  constexpr int kMostFavourable = -20;
  if (::setpriority(PRIO_PROCESS, thread.value(), kMostFavourable) == 0) {
    return Priority::Nice;
  }
  return Priority::Unchanged;
}

Status release_cpu(Tid thread, int nice_value) {
  SchedulingAttributes attributes;
  attributes.nice = nice_value;
  if (!set_attributes(thread, attributes)) {
    return Error::from_errno("leave the deadline scheduling class", errno);
  }
  return Success{};
}

Status lock_memory() {
  // With a limit, what is allocated later would fail instead of staying in memory.
  rlimit limit{};
  const bool unlimited =
      ::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY;
  if (!unlimited && ::capng_have_capability(CAPNG_EFFECTIVE, CAP_IPC_LOCK) == 0) {
    return Error("no right to lock memory (CAP_IPC_LOCK): a swapping host may slow the run down");
  }
  if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) {
    return Error::from_errno("lock memory", errno);
  }
  return Success{};
}

Status spare_from_oom_killer() {
  constexpr std::string_view kLeastLikely = "-999";
  const UniqueFd file(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (!file.valid() || ::write(file.get(), kLeastLikely.data(), kLeastLikely.size()) < 0) {
    return Error::from_errno("lower the out-of-memory score", errno);
  }
  return Success{};
}

Tid current_thread() {
  return Tid(static_cast<std::uint32_t>(::gettid()));
}

}  // namespace culprit
