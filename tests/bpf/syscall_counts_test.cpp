// SPDX-License-Identifier: Apache-2.0
// Every system call is counted by thread, number and outcome.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "abi/loss_counter.h"
#include "bpf/probed_host.h"

namespace culprit {
namespace {

class SyscallCounts : public ProbedTest {};

const SyscallCount* find(const Observed& seen, long number, std::uint16_t error) {
  for (const SyscallCount& count : seen.syscalls) {
    if (count.number == static_cast<std::uint32_t>(number) && count.error == error &&
        !count.compat) {
      return &count;
    }
  }
  return nullptr;
}

int call_getppid(int times) {
  for (int i = 0; i < times; ++i) {
    ::syscall(SYS_getppid);
  }
  return 0;
}

TEST_F(SyscallCounts, CallsAreCountedExactly) {
  const Observed seen = host_->observe([] { return call_getppid(10000); });
  EXPECT_EQ(seen.syscall_count(SYS_getppid), 10000U);
  const SyscallCount* count = find(seen, SYS_getppid, 0);
  ASSERT_NE(count, nullptr);
  EXPECT_FALSE(count->returned_zero);
  EXPECT_EQ(count->tid.value(), count->pid.value());
  EXPECT_NE(count->cgroup.value(), 0U);
}

TEST_F(SyscallCounts, OutcomesAreToldApart) {
  const Observed seen = host_->observe([] {
    const int epoll = ::epoll_create1(0);
    epoll_event event{};
    for (int i = 0; i < 30; ++i) {
      ::epoll_wait(epoll, &event, 1, 0);
      ::close(12345);
      ::open("/does/not/exist", O_RDONLY);
    }
    return 0;
  });
  const SyscallCount* waited = find(seen, SYS_epoll_wait, 0);
  ASSERT_NE(waited, nullptr);
  EXPECT_TRUE(waited->returned_zero);
  EXPECT_EQ(waited->count, 30U);
  const SyscallCount* closed = find(seen, SYS_close, EBADF);
  ASSERT_NE(closed, nullptr);
  EXPECT_EQ(closed->count, 30U);
  const SyscallCount* opened = find(seen, SYS_openat, ENOENT);
  ASSERT_NE(opened, nullptr);
  EXPECT_EQ(opened->count, 30U);
}

TEST_F(SyscallCounts, ThreadsAreToldApart) {
  const Observed seen = host_->observe([] {
    std::thread other(call_getppid, 300);
    call_getppid(200);
    other.join();
    return 0;
  });
  std::uint64_t main_thread = 0;
  std::uint64_t other_thread = 0;
  for (const SyscallCount& count : seen.syscalls) {
    if (count.number == SYS_getppid) {
      (count.tid.value() == count.pid.value() ? main_thread : other_thread) += count.count;
    }
  }
  EXPECT_EQ(main_thread, 200U);
  EXPECT_EQ(other_thread, 300U);
}

#ifdef __x86_64__
/// A 32-bit call from 64-bit code; 64 is getppid there and semget here.
long compat_getppid() {
  long result = 64;
  asm volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
  return result;
}

/// Kernels without 32-bit calls answer with a fault, which ends the child here as a success.
int call_getppid_as_32_bit_code(int times) {
  std::signal(SIGSEGV, [](int) { ::_exit(0); });
  for (int i = 0; i < times; ++i) {
    if (compat_getppid() == -ENOSYS) {
      return 0;
    }
  }
  return 0;
}

bool kernel_has_32_bit_calls() {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGSEGV, [](int) { ::_exit(1); });
    ::_exit(compat_getppid() == -ENOSYS ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(SyscallCounts, CallsOf32BitCodeHaveNumbersOfTheirOwn) {
  const Observed seen = host_->observe([] { return call_getppid_as_32_bit_code(50); });
  const auto compat = std::ranges::find(seen.syscalls, true, &SyscallCount::compat);
  EXPECT_EQ(find(seen, 64, 0), nullptr);
  if (!kernel_has_32_bit_calls()) {
    EXPECT_EQ(compat, seen.syscalls.end());
    return;
  }
  ASSERT_NE(compat, seen.syscalls.end());
  EXPECT_EQ(compat->number, 64U);
  EXPECT_EQ(compat->count, 50U);
}
#endif

TEST_F(SyscallCounts, NothingIsCountedTwice) {
  const pid_t child = ::fork();
  if (child == 0) {
    call_getppid(100);
    ::_exit(0);
  }
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(host_->read(child).syscall_count(SYS_getppid), 100U);
  EXPECT_EQ(host_->read(child).syscall_count(SYS_getppid), 0U);
}

TEST_F(SyscallCounts, DetachedItSeesNothingAndSaysForHowLongItSaw) {
  host_->read(0);
  host_->syscalls().detach();
  EXPECT_TRUE(host_->observe([] { return call_getppid(1000); }).syscalls.empty());
  EXPECT_TRUE(host_->syscalls().attach());
  const Observed seen = host_->observe([] { return call_getppid(10); });
  EXPECT_EQ(seen.syscall_count(SYS_getppid), 10U);
  ASSERT_EQ(seen.coverage.size(), 1U);
  EXPECT_LT(seen.coverage[0].observed, seen.coverage[0].elapsed);
  EXPECT_GT(seen.coverage[0].observed.count(), 0);
}

TEST_F(SyscallCounts, AFullMapIsALossOfTheCgroupAndNotSilence) {
  // More threads than the map has room for, each with a key of its own.
  constexpr int kProcesses = 24;
  constexpr int kErrnosPerProcess = 1000;
  const std::uint64_t before = host_->lost(CULPRIT_LOSS_SYSCALL_MAP_FULL);
  for (int i = 0; i < kProcesses; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      // Numbers that do not exist make distinct keys cheaply.
      for (int number = 0; number < kErrnosPerProcess; ++number) {
        ::syscall(10000 + number);
      }
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
  }
  EXPECT_GE(host_->lost(CULPRIT_LOSS_SYSCALL_MAP_FULL), before + 5000);
  host_->read(0);  // takes everything out
  EXPECT_EQ(host_->observe([] { return call_getppid(10); }).syscall_count(SYS_getppid), 10U);
}

/// A fresh v2 cgroup, or nothing where this host has no writable v2 hierarchy.
class FreshCgroup {
 public:
  FreshCgroup() {
    for (const char* root : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
      if (!std::filesystem::exists(std::string(root) + "/cgroup.procs")) {
        continue;
      }
      std::string path = std::string(root) + "/culprit-test-" + std::to_string(::getpid());
      std::error_code failed;
      if (std::filesystem::create_directory(path, failed)) {
        path_ = path;
        return;
      }
    }
  }
  FreshCgroup(const FreshCgroup&) = delete;
  FreshCgroup& operator=(const FreshCgroup&) = delete;
  ~FreshCgroup() {
    if (!path_.empty()) {
      ::rmdir(path_.c_str());
    }
  }

  [[nodiscard]] bool exists() const { return !path_.empty(); }
  [[nodiscard]] CgroupId id() const {
    struct stat status {};
    ::stat(path_.c_str(), &status);
    return CgroupId(status.st_ino);
  }
  [[nodiscard]] bool enter() const {
    std::ofstream processes(path_ + "/cgroup.procs");
    processes << ::getpid() << std::flush;
    return processes.good();
  }

 private:
  std::string path_;
};

TEST_F(SyscallCounts, NarrowedToAContainerOnlyItIsObserved) {
  const FreshCgroup chosen;
  if (!chosen.exists()) {
    GTEST_SKIP() << "no writable cgroup v2 hierarchy";
  }
  const CgroupId ids[] = {chosen.id()};
  ASSERT_TRUE(host_->syscalls().narrow_to(ids));
  EXPECT_TRUE(host_->observe([] { return call_getppid(10); }).syscalls.empty());
  const Observed inside = host_->observe([&] {
    if (!chosen.enter()) {
      return 1;
    }
    call_getppid(10);
    return 0;
  });
  EXPECT_EQ(inside.syscall_count(SYS_getppid), 10U);
  ASSERT_FALSE(inside.syscalls.empty());
  EXPECT_EQ(inside.syscalls.front().cgroup, chosen.id());
  host_->syscalls().widen();
  EXPECT_EQ(host_->observe([] { return call_getppid(10); }).syscall_count(SYS_getppid), 10U);
}

}  // namespace
}  // namespace culprit
