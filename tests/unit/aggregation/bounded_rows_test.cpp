// SPDX-License-Identifier: Apache-2.0
#include "aggregation/bounded_rows.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "aggregation/connect_store.h"
#include "aggregation/limits.h"
#include "aggregation/sample_store.h"
#include "aggregation/syscall_store.h"
#include "support/sample_builders.h"

namespace culprit {
namespace {

using Rows = BoundedRows<int, int, std::hash<int>>;

constexpr int kCoarser = -1;
constexpr int kCoarsest = -2;

TEST(BoundedRows, HaveARowOfItsOwnForEachKeyWhileThereIsRoom) {
  Rows rows(2);
  rows.at(1, kCoarser, kCoarsest) += 5;
  rows.at(2, kCoarser, kCoarsest) += 6;
  rows.at(1, kCoarser, kCoarsest) += 7;
  EXPECT_EQ((std::map<int, int>(rows.begin(), rows.end())), (std::map<int, int>{{1, 12}, {2, 6}}));
  EXPECT_EQ(rows.folded(), 0U);
}

TEST(BoundedRows, CountNewKeysInACoarserRowBeyondTheLimit) {
  Rows rows(2);
  for (int key = 1; key <= 5; ++key) {
    rows.at(key, kCoarser, kCoarsest) += 1;
  }
  rows.at(1, kCoarser, kCoarsest) += 1;
  EXPECT_EQ((std::map<int, int>(rows.begin(), rows.end())),
            (std::map<int, int>{{1, 2}, {2, 1}, {kCoarser, 3}}));
  EXPECT_EQ(rows.folded(), 3U);
}

TEST(BoundedRows, CountEverythingInTheCoarsestRowBeyondTwiceTheLimit) {
  Rows rows(1);
  for (int key = 1; key <= 10; ++key) {
    rows.at(key, /*coarser=*/100 + key, kCoarsest) += 1;
  }
  EXPECT_EQ((std::map<int, int>(rows.begin(), rows.end())),
            (std::map<int, int>{{1, 1}, {102, 1}, {kCoarsest, 8}}));
}

TEST(SampleStore, LosesTheStackOfRowsBeyondTheLimitAndNoSample) {
  SampleStore store;
  CpuSample sample = a_cpu_sample().of(5);
  for (std::uint64_t hash = 1; hash <= kSampleRowLimit + 7; ++hash) {
    sample.stack = StackHash(hash);
    store.add(sample, CgroupRef(1), 0);
  }
  EXPECT_EQ(store.samples(), kSampleRowLimit + 7);
  EXPECT_EQ(store.rows().size(), kSampleRowLimit + 1);
  EXPECT_EQ(store.rows().folded(), 7U);
}

TEST(SampleStore, LosesTheThreadOfSamplesBeyondTheLimitAndNoSample) {
  SampleStore store;
  CpuSample sample = a_cpu_sample();
  for (std::uint32_t tid = 1; tid <= kThreadLimit + 7; ++tid) {
    sample.task.tid = Tid(tid);
    store.add(sample, CgroupRef(1), 0);
  }
  EXPECT_EQ(store.samples(), kThreadLimit + 7);
  EXPECT_EQ(store.threads().size(), kThreadLimit);
  EXPECT_EQ(store.without_thread(), 7U);
}

TEST(ConnectStore, LosesTheDestinationsOfAScannerLast) {
  ConnectStore store;
  ConnectCount count = a_connect(ConnectOutcome::Refused).of(5);
  for (std::uint32_t number = 0; number < 2 * kConnectRowLimit + 10; ++number) {
    count.endpoint.network_namespace = number;
    store.add(count, CgroupRef(1), AddressSpaceId(0), 0);
  }
  EXPECT_EQ(store.rows().size(), 2 * kConnectRowLimit + 1);
  std::uint64_t total = 0;
  for (const auto& [key, row] : store.rows()) {
    total += row.ended.count;
  }
  EXPECT_EQ(total, 2 * kConnectRowLimit + 10);
}

TEST(SyscallStore, LosesThreadsThenNumbersAndNoCall) {
  SyscallStore store;
  SyscallCount count = a_syscall(1).of(5);
  for (std::uint32_t tid = 1; tid <= 2 * kSyscallRowLimit + 10; ++tid) {
    count.tid = Tid(tid);
    count.number = tid;
    store.add(count, CgroupRef(1));
  }
  std::uint64_t others = 0;
  std::uint64_t total = 0;
  for (const auto& [key, calls] : store.rows()) {
    total += calls;
    others += key.number == kOtherSyscalls ? calls : 0;
  }
  EXPECT_EQ(total, 2 * kSyscallRowLimit + 10);
  EXPECT_EQ(others, 10U);
}

}  // namespace
}  // namespace culprit
