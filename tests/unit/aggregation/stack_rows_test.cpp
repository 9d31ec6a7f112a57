// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

TEST(StackRows, AddUpToTheTreesAndKnowTheirThreads) {
  FakeHost host;
  host.container(70, "backend");
  host.container(71, "worker");
  host.accept(a_cpu_sample().of(5).in(70), 2);
  host.accept(a_cpu_sample().of(6).in(71), 7);
  host.accept(a_cpu_sample().of(5).in(70).in_context(CpuContext::SoftIrq), 3);
  const Profile profile = host.build();
  std::map<std::uint32_t, std::uint64_t> samples_of;
  std::uint64_t of_nobody = 0;
  std::uint64_t in_seconds = 0;
  for (const StackRow& row : profile.stacks) {
    const WorkloadProfile& workload = profile.workload(row.workload);
    ASSERT_LT(row.node, workload.calls.nodes().size());
    EXPECT_GE(workload.calls.nodes()[row.node].self, row.samples);
    for (const SecondCounts::Entry& entry : row.seconds.entries()) {
      in_seconds += entry.count;
    }
    if (row.thread) {
      const ThreadProfile& thread = profile.threads.at(*row.thread);
      EXPECT_EQ(thread.workload, row.workload);
      samples_of[thread.process.pid.value()] += row.samples;
    } else {
      of_nobody += row.samples;
    }
  }
  EXPECT_EQ(samples_of[5], 2U);
  EXPECT_EQ(samples_of[6], 7U);
  EXPECT_EQ(of_nobody, 3U);
  EXPECT_EQ(in_seconds, profile.samples);
}

}  // namespace
}  // namespace culprit
