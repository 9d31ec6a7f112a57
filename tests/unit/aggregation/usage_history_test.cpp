// SPDX-License-Identifier: Apache-2.0
#include "aggregation/usage_history.h"

#include <gtest/gtest.h>

#include "support/sample_builders.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;

TEST(UsageHistory, KeepsTheFirstAndTheLastReading) {
  UsageHistory history;
  history.add(CgroupUsage(a_cgroup_usage(7).at(2s).cpu(20s)));
  history.add(CgroupUsage(a_cgroup_usage(7).at(4s).cpu(40s)));
  history.add(CgroupUsage(a_cgroup_usage(7).at(1s).cpu(10s)));
  history.add(CgroupUsage(a_cgroup_usage(7).at(3s).cpu(30s)));
  const CgroupSpan& span = history.cgroups().at(CgroupId(7));
  EXPECT_EQ(span.first.cpu, 10s);
  EXPECT_EQ(span.last.cpu, 40s);
  EXPECT_EQ(span.restarts, 0U);
}

TEST(UsageHistory, AddsTheCountersOfLaterLivesToThoseOfEarlierOnes) {
  UsageHistory history;
  for (const auto& [second, cpu] :
       {std::pair(0, 100), std::pair(1, 101), std::pair(2, 1), std::pair(3, 3), std::pair(4, 2)}) {
    history.add(CgroupUsage(
        a_cgroup_usage(7).at(std::chrono::seconds(second)).cpu(std::chrono::seconds(cpu)).io(9)));
  }
  const CgroupSpan& span = history.cgroups().at(CgroupId(7));
  EXPECT_EQ(span.last.cpu - span.first.cpu, 1s + 3s + 2s);
  EXPECT_EQ(span.restarts, 2U);
  EXPECT_EQ(span.last.io_bytes, 27U);
}

TEST(UsageHistory, KeepsGaugesAsTheyAreNow) {
  UsageHistory history;
  history.add(CgroupUsage(a_cgroup_usage(7).at(0s).cpu(9s).memory(100)));
  history.add(CgroupUsage(a_cgroup_usage(7).at(1s).cpu(1s).memory(30)));
  EXPECT_EQ(history.cgroups().at(CgroupId(7)).last.memory_bytes, 30U);
}

TEST(UsageHistory, SaysWhenACgroupWasCreated) {
  UsageHistory history;
  CgroupEvent event;
  event.created = true;
  event.cgroup = CgroupId(7);
  event.time = kWindowStart + 3s;
  history.add(event);
  event.created = false;
  event.cgroup = CgroupId(8);
  history.add(event);
  EXPECT_EQ(history.created(CgroupId(7)), kWindowStart + 3s);
  EXPECT_EQ(history.created(CgroupId(8)), std::nullopt);
}

TEST(UsageHistory, AddsUpTicks) {
  UsageHistory history;
  history.add(some_ticks(10, 2, 7));
  history.add(some_ticks(10, 1, 9));
  EXPECT_EQ(history.ticks().expected, 20U);
  EXPECT_EQ(history.ticks().idle, 3U);
  EXPECT_EQ(history.ticks().delivered, 16U);
}

}  // namespace
}  // namespace culprit
