// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/aggregation/fake_sources.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(Writes, AreGroupedByWorkloadAndFileObject) {
  FakeHost host(2s);
  host.container(70, "logger");
  host.accept(a_write(FileKind::Regular)
                  .of(5)
                  .in(70)
                  .to(11, "/var/log/app.log")
                  .calls(10, 900, 9)
                  .printable(10, 640, 3));
  host.accept(a_write(FileKind::Regular)
                  .of(6)
                  .in(70)
                  .to(11)
                  .until(2s)
                  .calls(5, 100, 5)
                  .printable(5, 95, 0)
                  .appending());
  host.accept(a_write(FileKind::Regular).of(5).in(70).to(12, "/tmp/x").calls(1, 1));
  const Profile profile = host.build();
  ASSERT_THAT(profile.writes, SizeIs(2));
  const WriteActivity& log = profile.writes.front();
  EXPECT_EQ(profile.workload(log.workload).container.name, "logger");
  EXPECT_EQ(log.target, WriteTarget::File);
  EXPECT_EQ(log.path, "/var/log/app.log");
  EXPECT_THAT(log.pids, ElementsAre(Pid(5), Pid(6)));
  EXPECT_EQ(log.calls, 15U);
  EXPECT_EQ(log.bytes, 1'000U);
  EXPECT_EQ(log.text_calls, 14U);
  EXPECT_EQ(log.printable_calls, 15U);
  EXPECT_EQ(log.inner_bytes, 735U);
  EXPECT_EQ(log.inner_newlines, 3U);
  EXPECT_TRUE(log.append);
  EXPECT_THAT(log.bytes_per_second, ElementsAre(900, 100));
  EXPECT_NEAR(workload_named(profile, "logger").write_bytes_per_s, 500.5, 1e-9);
}

TEST(Writes, TellTheirStacksFromTheSampledCallsAndTheirTotalsFromAll) {
  FakeHost host;
  host.accept(a_stack(1).user({0x20, 0x10}));
  host.accept(a_write(FileKind::Regular).of(5).to(11).calls(70, 700));
  host.accept(a_write(FileKind::Regular).of(5).to(11).calls(10, 100).with_stack(1));
  const Profile profile = host.build();
  ASSERT_THAT(profile.writes, SizeIs(1));
  EXPECT_EQ(profile.writes.front().calls, 80U);
  EXPECT_THAT(folded(profile.writes.front().calls_tree, profile.frames), ElementsAre("f10;f20 10"));
}

TEST(Writes, OfAContainerToItsStandardOutputAreItsOwn) {
  FakeHost host;
  host.container(70, "logger");
  host.accept(a_write(FileKind::Pipe).in(70).to(11, "pipe:[11]").by_descriptor(9));
  host.accept(a_write(FileKind::Pipe).in(70).to(11, "pipe:[11]").by_descriptor(1));
  const Profile profile = host.build();
  ASSERT_THAT(profile.writes, SizeIs(1));
  EXPECT_EQ(profile.writes.front().target, WriteTarget::Stdout);
}

TEST(Writes, AskWhetherTheEngineReadsAPipe) {
  FakeHost host;
  host.container(70, "logger");
  host.sources.engine_reads = [](const Container& container, std::uint64_t inode) {
    EXPECT_EQ(container.name, "logger");
    return std::optional(inode == 11);
  };
  host.accept(a_write(FileKind::Pipe).in(70).to(11).by_descriptor(1).calls(2, 20));
  host.accept(a_write(FileKind::Pipe).in(70).to(12).by_descriptor(1).calls(1, 10));
  const Profile profile = host.build();
  ASSERT_THAT(profile.writes, SizeIs(2));
  EXPECT_EQ(profile.writes[0].target, WriteTarget::Stdout);
  EXPECT_EQ(profile.writes[1].target, WriteTarget::Pipe);
}

TEST(Writes, TellFailures) {
  FakeHost host;
  host.accept(a_write(FileKind::Regular).to(11).failing(4, 28));
  host.accept(a_write(FileKind::Regular).to(11));
  const WriteActivity activity = host.build().writes.front();
  EXPECT_EQ(activity.failures, 4U);
  EXPECT_EQ(activity.last_error, 28U);
}

TEST(Writes, AskForTheFreeSpaceOfFilesOnly) {
  FakeHost host;
  host.sources.disk_free_of = [](const WriteActivity& activity) {
    return std::optional(activity.inode * 100);
  };
  host.accept(a_write(FileKind::Regular).to(11).calls(1, 5));
  host.accept(a_write(FileKind::Pipe).to(12).calls(1, 4));
  const Profile profile = host.build();
  ASSERT_THAT(profile.writes, SizeIs(2));
  EXPECT_EQ(profile.writes[0].disk_free_bytes, 1'100U);
  EXPECT_EQ(profile.writes[1].disk_free_bytes, std::nullopt);
}

TEST(Writes, HavePathsThatAreSafeToShow) {
  FakeHost host;
  host.accept(a_write(FileKind::Regular).to(11, "/tmp/\x1b]0;x\x07"));
  EXPECT_EQ(host.build().writes.front().path, "/tmp/\\x1B]0;x\\x07");
}

}  // namespace
}  // namespace culprit
