// SPDX-License-Identifier: Apache-2.0
#include "investigation/helpers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <vector>

namespace culprit {
namespace {

constexpr std::size_t kBytes = std::size_t{32} << 20U;

/// A process that has used so much CPU time and written to kBytes when this returns.
pid_t busy_process(std::chrono::milliseconds cpu_time) {
  int ready[2];
  EXPECT_EQ(::pipe(ready), 0);
  const pid_t pid = ::fork();
  if (pid == 0) {
    std::vector<char> memory(kBytes, 'x');
    timespec used{};
    do {
      ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    } while (std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec) < cpu_time);
    const bool told = ::write(ready[1], &memory[kBytes / 2], 1) == 1;
    for (;;) {
      ::pause();
    }
    ::_exit(told ? 0 : 1);
  }
  char byte = 0;
  EXPECT_EQ(::read(ready[0], &byte, 1), 1);
  ::close(ready[0]);
  ::close(ready[1]);
  return pid;
}

void end(pid_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

TEST(Helpers, AreCountedAfterTheirEnd) {
  Helpers helpers;
  const pid_t first = busy_process(std::chrono::milliseconds(60));
  helpers.started(first);
  helpers.look();
  end(first);
  const auto after_one = helpers.cpu_time();
  EXPECT_GE(after_one, std::chrono::milliseconds(60));
  EXPECT_LT(after_one, std::chrono::seconds(30));
  const std::uint64_t peak_of_one = helpers.peak_bytes();
  EXPECT_GE(peak_of_one, kBytes);

  const pid_t second = busy_process(std::chrono::milliseconds(60));
  helpers.started(second);
  EXPECT_GE(helpers.cpu_time(), after_one + std::chrono::milliseconds(60));
  // They never were there together.
  EXPECT_LT(helpers.peak_bytes(), peak_of_one + kBytes / 2);
  end(second);
  EXPECT_THAT(helpers.pids(),
              ::testing::UnorderedElementsAre(Pid(static_cast<std::uint32_t>(first)),
                                              Pid(static_cast<std::uint32_t>(second))));
}

TEST(Helpers, OfOneMomentAddUp) {
  Helpers helpers;
  const pid_t first = busy_process(std::chrono::milliseconds(1));
  const pid_t second = busy_process(std::chrono::milliseconds(1));
  helpers.started(first);
  helpers.started(second);
  helpers.look();
  EXPECT_GE(helpers.peak_bytes(), 2 * kBytes);
  end(first);
  end(second);
}

TEST(Helpers, ThatAreReplacedAreNotForgotten) {
  Helpers helpers;
  SymbolWorkerSettings settings;
  settings.query_time = std::chrono::milliseconds(100);
  settings.read_time = std::chrono::milliseconds(100);
  settings.conditions.readers = {
      [](const ByteSource&, std::span<const std::byte>) -> Result<std::vector<std::byte>> {
        for (;;) {
        }
      }};
  auto worker = SymbolWorker::start(helpers.counted(std::move(settings)));
  ASSERT_TRUE(worker.has_value()) << worker.error().message();
  const pid_t before = worker->process_id();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  EXPECT_EQ(worker->read_file({.id = 0, .file = 1, .reader = 0}, STDIN_FILENO, deadline).outcome,
            AskOutcome::FileIsToBlame);
  EXPECT_GE(helpers.cpu_time(), std::chrono::milliseconds(100));
  EXPECT_THAT(helpers.pids(), ::testing::Contains(Pid(static_cast<std::uint32_t>(before))));
  EXPECT_EQ(helpers.pids().size(), 2U);  // the one that forks them, and the one that got stuck
}

}  // namespace
}  // namespace culprit
