// SPDX-License-Identifier: Apache-2.0
#include "symbols/sandbox.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/text_file.h"
#include "unit/symbols/child_process.h"

namespace culprit {
namespace {

constexpr SandboxLimits kLimits{.memory_bytes = std::uint64_t{32} * 1024 * 1024,
                                .cpu_time = std::chrono::seconds(1),
                                .descriptors = 16};
constexpr int kNoSandbox = 99;

/// How a process ends that does this in the sandbox.
int status_of(const std::function<int()>& deed) {
  return test::ChildProcess::function(
             [&] { return drop_rights() && enter_sandbox(kLimits) ? deed() : kNoSandbox; })
      .wait();
}

bool killed_by(int status, int signal) {
  return WIFSIGNALED(status) && WTERMSIG(status) == signal;
}

TEST(Sandbox, LetsAProcessComputeAllocateAndExit) {
  const int status = status_of([] {
    std::vector<int> numbers(100000, 1);
    std::string text(numbers.size(), 'x');
    return text.size() == 100000 ? 7 : 1;
  });
  ASSERT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Sandbox, WorksWhereLessIsAllowedThanItWants) {
  const int status =
      test::ChildProcess::function([] {
        const rlimit few{.rlim_cur = kLimits.descriptors / 2, .rlim_max = kLimits.descriptors / 2};
        if (::setrlimit(RLIMIT_NOFILE, &few) != 0 || !drop_rights() || !enter_sandbox(kLimits)) {
          return kNoSandbox;
        }
        return 7;
      }).wait();
  EXPECT_EQ(WEXITSTATUS(status), 7) << status;
}

TEST(Sandbox, LetsAProcessReadWhatItHolds) {
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const int status = status_of([&] {
    char byte = 0;
    return ::pread(file, &byte, 1, 1) == 1 && byte == 'E' ? 7 : 1;
  });
  ::close(file);
  EXPECT_EQ(WEXITSTATUS(status), 7) << status;
}

TEST(Sandbox, KillsAProcessThatOpensAFile) {
  EXPECT_TRUE(killed_by(status_of([] { return ::open("/etc/passwd", O_RDONLY); }), SIGSYS));
  EXPECT_TRUE(
      killed_by(status_of([] { return ::open("/tmp/x", O_CREAT | O_WRONLY, 0600); }), SIGSYS));
}

TEST(Sandbox, KillsAProcessThatReachesOut) {
  EXPECT_TRUE(killed_by(status_of([] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }), SIGSYS));
  EXPECT_TRUE(killed_by(status_of([] { return ::fork(); }), SIGSYS));
  EXPECT_TRUE(killed_by(status_of([] { return ::execl("/bin/true", "true", nullptr); }), SIGSYS));
  EXPECT_TRUE(killed_by(status_of([] { return ::kill(::getppid(), 0); }), SIGSYS));
}

TEST(Sandbox, KillsAProcessThatMakesCode) {
  const auto map = [](int protection, int flags, int file) {
    return status_of(
        [=] { return ::mmap(nullptr, 4096, protection, flags, file, 0) == MAP_FAILED ? 1 : 0; });
  };
  constexpr int kAnonymous = MAP_PRIVATE | MAP_ANONYMOUS;
  EXPECT_TRUE(killed_by(map(PROT_READ | PROT_WRITE | PROT_EXEC, kAnonymous, -1), SIGSYS));
  EXPECT_TRUE(killed_by(map(PROT_READ | PROT_EXEC, MAP_PRIVATE, 0), SIGSYS));
  EXPECT_FALSE(killed_by(map(PROT_READ | PROT_WRITE, kAnonymous, -1), SIGSYS));
}

TEST(Sandbox, LetsAProcessMapFilesForNothingButReading) {
  const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
  const auto map = [&](int protection, int flags, int descriptor) {
    return status_of([=] {
      return ::mmap(nullptr, 4096, protection, flags, descriptor, 0) == MAP_FAILED ? 1 : 7;
    });
  };
  EXPECT_EQ(WEXITSTATUS(map(PROT_READ, MAP_PRIVATE, file)), 7);
  EXPECT_TRUE(killed_by(map(PROT_READ | PROT_WRITE, MAP_PRIVATE, file), SIGSYS));
  EXPECT_TRUE(killed_by(map(PROT_READ, MAP_SHARED, file), SIGSYS));
  // Shared memory would not be counted.
  EXPECT_TRUE(killed_by(map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1), SIGSYS));
  ::close(file);
}

TEST(Sandbox, TellsNoPaths) {
  const int status = status_of([] {
    char path[64];
    return ::readlink("/proc/self/exe", path, sizeof path) < 0 && errno == EACCES ? 7 : 1;
  });
  EXPECT_EQ(WEXITSTATUS(status), 7) << status;
}

#ifndef __SANITIZE_ADDRESS__
TEST(Sandbox, EndsAProcessThatEatsMemoryOrTime) {
  const int memory =
      status_of([] { return std::malloc(std::size_t{64} * 1024 * 1024) == nullptr ? 7 : 1; });
  EXPECT_EQ(WEXITSTATUS(memory), 7);
  const int time = status_of([] {
    volatile int count = 0;
    for (;;) {
      count = count + 1;
    }
    return 0;
  });
  EXPECT_TRUE(WIFSIGNALED(time));
}
#endif

TEST(Sandbox, LeavesNoCapability) {
  const int status =
      test::ChildProcess::function([] {
        if (!drop_rights()) {
          return 1;
        }
        const auto text = read_text_file("/proc/self/status");
        for (const char* set : {"CapInh:\t", "CapPrm:\t", "CapEff:\t", "CapAmb:\t"}) {
          if (text->find(std::string(set) + "0000000000000000") == std::string::npos) {
            return 2;
          }
        }
        return text->find("NoNewPrivs:\t1") == std::string::npos ? 3 : 7;
      }).wait();
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

TEST(Sandbox, ClosesWhatWasInherited) {
  const int kept = ::open("/proc/self/exe", O_RDONLY);
  const int status = test::ChildProcess::function([&] {
                       ::dup2(kept, 3);
                       const int other = ::fcntl(kept, F_DUPFD, 50);
                       if (!close_inherited_descriptors(3)) {
                         return 1;
                       }
                       return ::fcntl(3, F_GETFD) >= 0 && ::fcntl(other, F_GETFD) < 0 ? 7 : 2;
                     }).wait();
  ::close(kept);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace culprit
