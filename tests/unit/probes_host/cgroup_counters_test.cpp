// SPDX-License-Identifier: Apache-2.0
#include "probes/host/cgroup_counters.h"

#include <gtest/gtest.h>

#include <chrono>

#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;
using test::TemporaryFolder;

class CgroupCountersTest : public testing::Test {
 protected:
  CgroupTarget target() const {
    CgroupTarget made;
    made.cgroup = CgroupId(7);
    for (const char* name : {"unified", "cpu", "cpuacct", "memory", "blkio"}) {
      if (std::filesystem::exists(folder_.path(name))) {
        made.directories.emplace(name, folder_.path(name));
      }
    }
    made.cpu_limit_cores = 0.5;
    return made;
  }
  CgroupUsage read_one() {
    counters_.watch({target()});
    const auto usages = counters_.read(KernelTime(std::chrono::seconds(1)));
    EXPECT_EQ(usages.size(), 1U);
    return usages.empty() ? CgroupUsage() : usages.front();
  }

  TemporaryFolder folder_;
  CgroupCounters counters_;
};

TEST_F(CgroupCountersTest, ReadsV2) {
  folder_.file("unified/cpu.stat",
               "usage_usec 1000\nuser_usec 1\nnr_periods 10\nnr_throttled 4\nthrottled_usec 300\n");
  folder_.file("unified/memory.current", "4096\n");
  folder_.file("unified/memory.stat", "anon 1\npgfault 9\npgmajfault 2\n");
  folder_.file("unified/io.stat",
               "8:0 rbytes=100 wbytes=50 rios=1 wios=1 dbytes=7 dios=0\n"
               "8:16 rbytes=1 wbytes=2 rios=1 wios=1 dbytes=0 dios=0\n");
  folder_.file("unified/cpu.pressure", "some total=5\nfull total=1\n");
  folder_.file("unified/memory.pressure", "some total=6\nfull total=2\n");
  const CgroupUsage usage = read_one();
  EXPECT_EQ(usage.cgroup, CgroupId(7));
  EXPECT_EQ(usage.cpu, microseconds(1000));
  EXPECT_EQ(usage.throttled, microseconds(300));
  EXPECT_EQ(usage.periods, 10U);
  EXPECT_EQ(usage.throttled_periods, 4U);
  EXPECT_EQ(usage.memory_bytes, 4096U);
  EXPECT_EQ(usage.major_faults, 2U);
  EXPECT_EQ(usage.io_bytes, 153U);
  EXPECT_EQ(usage.cpu_pressure->some, microseconds(5));
  EXPECT_EQ(usage.memory_pressure->full, microseconds(2));
  EXPECT_EQ(usage.cpu_limit_cores, 0.5);
}

TEST_F(CgroupCountersTest, ReadsV1WhereV2HasNoControllers) {
  folder_.file("unified/cpu.stat", "usage_usec 7\nuser_usec 7\nsystem_usec 0\n");
  folder_.file("unified/cpu.pressure", "some total=5\nfull total=1\n");
  folder_.file("cpuacct/cpuacct.usage", "123456789\n");
  folder_.file("cpu/cpu.stat", "nr_periods 3\nnr_throttled 2\nthrottled_time 999\n");
  folder_.file("memory/memory.usage_in_bytes", "8192\n");
  folder_.file("memory/memory.stat", "pgmajfault 1\ntotal_pgmajfault 5\n");
  folder_.file("blkio/blkio.throttle.io_service_bytes_recursive",
               "8:0 Read 10\n8:0 Write 20\n8:0 Sync 30\n8:0 Total 30\nTotal 30\n");
  const CgroupUsage usage = read_one();
  EXPECT_EQ(usage.cpu, nanoseconds(123456789));
  EXPECT_EQ(usage.throttled, nanoseconds(999));
  EXPECT_EQ(usage.throttled_periods, 2U);
  EXPECT_EQ(usage.memory_bytes, 8192U);
  EXPECT_EQ(usage.major_faults, 5U);
  EXPECT_EQ(usage.io_bytes, 30U);
  EXPECT_TRUE(usage.cpu_pressure);
}

TEST_F(CgroupCountersTest, NeverRunsBackwardsWhenAContainerIsRestarted) {
  folder_.file("unified/cpu.stat", "usage_usec 1000\n");
  EXPECT_EQ(read_one().cpu, microseconds(1000));
  folder_.file("unified/cpu.stat", "usage_usec 10\n");
  EXPECT_EQ(read_one().cpu, microseconds(1010));
  folder_.file("unified/cpu.stat", "usage_usec 30\n");
  EXPECT_EQ(read_one().cpu, microseconds(1030));
}

TEST_F(CgroupCountersTest, KeepsTheOtherCountersInARoundOfCpuOnly) {
  folder_.file("unified/cpu.stat", "usage_usec 1000\n");
  folder_.file("unified/memory.current", "4096\n");
  EXPECT_EQ(read_one().memory_bytes, 4096U);
  folder_.file("unified/cpu.stat", "usage_usec 2000\n");
  folder_.file("unified/memory.current", "8192\n");
  const KernelTime later(std::chrono::seconds(2));
  const CgroupUsage brief = counters_.read(later, CounterDetail::CpuOnly).at(0);
  EXPECT_EQ(brief.cpu, microseconds(2000));
  EXPECT_EQ(brief.memory_bytes, 4096U);
  EXPECT_EQ(counters_.read(later).at(0).memory_bytes, 8192U);
}

TEST_F(CgroupCountersTest, LeavesOutWhatIsGoneOrBroken) {
  counters_.watch({target()});
  EXPECT_TRUE(counters_.read(KernelTime()).empty());
  folder_.file("unified/cpu.stat", "\xff\xff=\n\n");
  const CgroupUsage usage = read_one();
  EXPECT_EQ(usage.cpu, nanoseconds(0));
  EXPECT_EQ(parse_io_stat(" rbytes= rbytes=x wbytes=1"), 1U);
  EXPECT_EQ(parse_io_stat(""), 0U);
  EXPECT_EQ(parse_blkio_bytes("Total 9\n8:0 Read x\n"), 0U);
}

}  // namespace
}  // namespace culprit
