// SPDX-License-Identifier: Apache-2.0
#include "confirmation/suspects.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

constexpr Pid kOwn(7);

struct Use {
  double ran = 0, waited = 0;
  std::uint64_t switches = 0;
};

void run_for(Suspects& suspects, std::uint32_t pid, double seconds, Use use,
             CpuContext context = CpuContext::User) {
  CpuSample sample;
  sample.task.process = {Pid(pid), 1};
  sample.task.tid = Tid(pid);
  sample.task.address_space = AddressSpaceId(pid);
  sample.context = context;
  sample.time = KernelTime(std::chrono::seconds(100));
  suspects.look_at(sample);
  sample.time += std::chrono::nanoseconds(static_cast<std::int64_t>(seconds * 1e9));
  sample.progress.runtime_ns = static_cast<std::uint64_t>(use.ran * 1e9);
  sample.progress.run_queue_ns = static_cast<std::uint64_t>(use.waited * 1e9);
  sample.progress.voluntary_switches = use.switches;
  suspects.look_at(sample);
}

std::vector<std::uint32_t> pids(const std::vector<SuspectedThread>& threads) {
  std::vector<std::uint32_t> pids;
  for (const SuspectedThread& thread : threads) {
    pids.push_back(thread.process.pid.value());
  }
  return pids;
}

TEST(Suspects, AreThoseThatNeverSleep) {
  Suspects suspects(kOwn);
  run_for(suspects, 10, 1.5, {.ran = 1.49, .switches = 3});
  run_for(suspects, 11, 1.5, {.ran = 0.5, .waited = 0.98, .switches = 2});  // in a crowd
  run_for(suspects, 12, 1.5, {.ran = 0.9, .switches = 400});                // a server
  run_for(suspects, 13, 1.5, {.ran = 0.45});                                // throttled
  EXPECT_EQ(pids(suspects.pick(4)), (std::vector<std::uint32_t>{10, 11, 13}));
}

TEST(Suspects, ArePickedOnceAndTheBusiestFirst) {
  Suspects suspects(kOwn);
  run_for(suspects, 10, 1.5, {.ran = 1.45});
  run_for(suspects, 11, 1.5, {.ran = 1.49});
  EXPECT_EQ(pids(suspects.pick(1)), std::vector<std::uint32_t>{11});
  EXPECT_EQ(pids(suspects.pick(1)), std::vector<std::uint32_t>{10});
  EXPECT_TRUE(suspects.pick(1).empty());
}

TEST(Suspects, AreNeitherOurselvesNorKernelThreadsNorBrief) {
  Suspects suspects(kOwn);
  run_for(suspects, kOwn.value(), 1.5, {.ran = 1.5});
  run_for(suspects, 10, 1.5, {.ran = 1.5}, CpuContext::KernelThread);
  run_for(suspects, 11, 0.4, {.ran = 0.4});
  run_for(suspects, 12, 1.5, {.ran = 0.01});
  EXPECT_TRUE(suspects.pick(4).empty());
}

}  // namespace
}  // namespace culprit
