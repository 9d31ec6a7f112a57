// SPDX-License-Identifier: Apache-2.0
#include "probes/host/host_counters.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "probes/host/counter_text.h"
#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::TemporaryFolder;

TEST(CounterText, FindsLinesByTheirWholeKey) {
  constexpr const char* kText = "cpu0 9\ncpu  1 2 3\nMemTotal:   4 kB\nempty \nnr 5";
  EXPECT_EQ(value_of(kText, "cpu"), 1U);
  EXPECT_EQ(value_of(kText, "MemTotal"), 4U);
  EXPECT_EQ(value_of(kText, "nr"), 5U);
  EXPECT_EQ(value_of(kText, "empty"), std::nullopt);
  EXPECT_EQ(value_of(kText, "Mem"), std::nullopt);
  EXPECT_EQ(value_of("", "x"), std::nullopt);
  EXPECT_EQ(numbers_in(" 1 2 x 3").size(), 2U);
  EXPECT_TRUE(numbers_in("-1").empty());
  EXPECT_TRUE(numbers_in("99999999999999999999").empty());
}

TEST(CounterText, ReadsPressure) {
  const auto pressure = parse_pressure(
      "some avg10=0.10 avg60=0.00 avg300=0.00 total=1500\n"
      "full avg10=0.00 avg60=0.00 avg300=0.00 total=250\n");
  ASSERT_TRUE(pressure);
  EXPECT_EQ(pressure->some, std::chrono::microseconds(1500));
  EXPECT_EQ(pressure->full, std::chrono::microseconds(250));
  EXPECT_EQ(parse_pressure("some avg10=0 total=7\n")->full, seconds(0));
  for (const char* text : {"", "some", "some \n", "full total=1\n", "some total=x\n"}) {
    EXPECT_FALSE(parse_pressure(text)) << text;
  }
}

TEST(HostCounters, TakesGuestsOutOfUserTime) {
  const auto times =
      parse_cpu_times("cpu  100 20 30 400 50 6 7 8 15 5\ncpu0 1 1 1 1\n", milliseconds(10));
  ASSERT_TRUE(times);
  EXPECT_EQ(times->user, seconds(1));
  EXPECT_EQ(times->guest, milliseconds(200));
  EXPECT_EQ(times->system, milliseconds(300));
  EXPECT_EQ(times->idle, seconds(4));
  EXPECT_EQ(times->iowait, milliseconds(500));
  EXPECT_EQ(times->irq, milliseconds(60));
  EXPECT_EQ(times->softirq, milliseconds(70));
  EXPECT_EQ(times->steal, milliseconds(80));
  EXPECT_TRUE(parse_cpu_times("cpu  1 2 3 4\n", milliseconds(10)));
  for (const char* text : {"", "cpu  1 2 3\n", "cpu0 1 2 3 4\n", "cpu x"}) {
    EXPECT_FALSE(parse_cpu_times(text, milliseconds(10))) << text;
  }
}

TEST(HostCounters, CountsWholeDisksOnly) {
  constexpr const char* kText =
      " 254  0 vda 10 0 100 5 20 0 200 7 0 1500 12 0 0 0 0\n"
      " 254  1 vda1 9 0 90 5 19 0 190 7 0 1400 12 0 0 0 0\n"
      "   7  0 loop0 1 2 3\n"
      "garbage\n\n";
  const auto disks = parse_disks(kText, {"vda", "loop0"});
  ASSERT_EQ(disks.size(), 1U);
  EXPECT_EQ(disks[0].name, "vda");
  EXPECT_EQ(disks[0].busy, milliseconds(1500));
  EXPECT_EQ(disks[0].read_bytes, 51200U);
  EXPECT_EQ(disks[0].written_bytes, 102400U);
  EXPECT_TRUE(is_real_disk("nvme0n1"));
  EXPECT_FALSE(is_real_disk("dm-0"));
  EXPECT_FALSE(is_real_disk("loop3"));
}

TEST(HostCounters, ReadsAFakeHost) {
  const TemporaryFolder host;
  host.file("proc/stat", "cpu  100 0 0 400\nprocesses 4711\n");
  host.file("proc/meminfo", "MemTotal: 2000 kB\nMemAvailable: 500 kB\nSwapTotal: 100 kB\n");
  host.file("proc/vmstat", "pswpin 3\npswpout 4\n");
  host.file("proc/pressure/memory", "some total=1000\nfull total=10\n");
  host.file("proc/diskstats", " 8 0 sda 1 0 2 0 1 0 4 0 0 9 0\n");
  host.folder("sys/block/sda");
  const auto usage = HostCounters(host.path("proc"), host.path("sys")).read(KernelTime(seconds(1)));
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->forks, 4711U);
  EXPECT_EQ(usage->memory_total_bytes, 2048000U);
  EXPECT_EQ(usage->memory_available_bytes, 512000U);
  EXPECT_EQ(usage->swap_free_bytes, 0U);
  EXPECT_EQ(usage->pages_swapped_out, 4U);
  EXPECT_FALSE(usage->cpu_pressure);
  EXPECT_EQ(usage->memory_pressure->full, std::chrono::microseconds(10));
  ASSERT_EQ(usage->disks.size(), 1U);
  EXPECT_FALSE(HostCounters(host.path("none"), host.path("sys")).read(KernelTime()));
}

TEST(HostCounters, ThoseOfThisHostAddUpToItsCpus) {
  HostCounters counters;
  const auto total = [](const CpuTimes& cpu) {
    return cpu.user + cpu.system + cpu.softirq + cpu.irq + cpu.iowait + cpu.steal + cpu.guest +
           cpu.idle;
  };
  const auto before = counters.read(std::chrono::steady_clock::now());
  ASSERT_TRUE(before);
  std::this_thread::sleep_for(milliseconds(500));
  const auto after = counters.read(std::chrono::steady_clock::now());
  ASSERT_TRUE(after);
  const double cpus =
      seconds_of(total(after->cpu) - total(before->cpu)) / seconds_of(after->time - before->time);
  EXPECT_NEAR(cpus, std::thread::hardware_concurrency(),
              0.25 * std::thread::hardware_concurrency());
  EXPECT_GT(after->memory_total_bytes, after->memory_available_bytes);
}

}  // namespace
}  // namespace culprit
