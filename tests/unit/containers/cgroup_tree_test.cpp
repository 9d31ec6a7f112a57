// SPDX-License-Identifier: Apache-2.0
#include "containers/cgroup_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "containers/cgroup_limits.h"
#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr const char* kHybrid =
    "23 1 0:20 / / rw - ext4 /dev/vda rw\n"
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:5 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr const char* kHybridCgroups = "9:name=systemd:/\n4:memory:/\n1:cpu,cpuacct:/\n0::/\n";

TEST(CgroupMounts, ReadsAHybridHost) {
  const CgroupMounts mounts = parse_cgroup_mounts(kHybrid, kHybridCgroups);
  ASSERT_TRUE(mounts.v2);
  EXPECT_EQ(mounts.v2->directory, "/sys/fs/cgroup/unified");
  ASSERT_NE(mounts.v1_identity(), nullptr);
  EXPECT_EQ(mounts.v1_identity()->hierarchy, 1U);
  EXPECT_EQ(mounts.v1_of("cpuacct")->directory, "/sys/fs/cgroup/cpu,cpuacct");
  EXPECT_EQ(mounts.v1_of("name=systemd")->hierarchy, 9U);
  EXPECT_EQ(mounts.v1_of("pids"), nullptr);
}

TEST(CgroupMounts, ReadsPureHosts) {
  const CgroupMounts v2 =
      parse_cgroup_mounts("30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", "0::/x\n");
  EXPECT_TRUE(v2.v2);
  EXPECT_EQ(v2.v1_identity(), nullptr);
  const CgroupMounts v1 = parse_cgroup_mounts(
      "30 1 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "3:memory:/x\n");
  EXPECT_FALSE(v1.v2);
  EXPECT_EQ(v1.v1_identity()->hierarchy, 3U);
}

TEST(CgroupMounts, PrefersTheMountThatShowsAll) {
  const CgroupMounts mounts = parse_cgroup_mounts(
      "1 1 0:26 /docker/x /part rw - cgroup2 cgroup2 rw\n"
      "2 1 0:26 / /who\\040le rw - cgroup2 cgroup2 rw\n"
      "3 1 0:26 /y /other rw - cgroup2 cgroup2 rw\n",
      "0::/\n", "/proc/1/root");
  EXPECT_EQ(mounts.v2->directory, "/proc/1/root/who le");
}

TEST(CgroupMounts, LeavesOutWhatIsHidden) {
  const std::string cgroup = "30 1 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  const std::string upon = "31 30 0:40 / /sys/fs/cgroup rw - tmpfs none rw\n";
  EXPECT_FALSE(parse_cgroup_mounts(cgroup + upon, "0::/\n").v2);
  EXPECT_FALSE(parse_cgroup_mounts(cgroup + "31 2 0:40 / /sys rw - tmpfs none rw\n", "0::/\n").v2);
  EXPECT_TRUE(parse_cgroup_mounts(upon + cgroup, "0::/\n").v2);
  EXPECT_TRUE(
      parse_cgroup_mounts(cgroup + "31 2 0:40 / /sys/fs/cg rw - tmpfs none rw\n", "0::/\n").v2);
}

TEST(CgroupMounts, LeavesOutWhatIsNoMount) {
  for (const char* text : {"", "\n\n", " - ", "1 2 3 4 5 6 - cgroup2", "- cgroup2 a b",
                           "1 1 0:2 / /x rw - cgroup cgroup rw,unheard\n"}) {
    const CgroupMounts mounts = parse_cgroup_mounts(text, "x\n:\n::\n1::\n9999999999999:a:/\n");
    EXPECT_FALSE(mounts.v2);
    EXPECT_TRUE(mounts.v1.empty());
  }
}

TEST(CgroupMounts, FindsThoseOfThisHost) {
  const auto mounts = find_cgroup_mounts();
  if (!mounts) {
    GTEST_SKIP() << mounts.error().message();
  }
  EXPECT_TRUE(mounts->v2 || mounts->v1_identity() != nullptr || !mounts->v1.empty());
}

TEST(CgroupMounts, SaysWhenThereAreNone) {
  const TemporaryFolder proc;
  EXPECT_FALSE(find_cgroup_mounts(proc.path()));
}

CgroupId inode(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return CgroupId(status.st_ino);
}

/// Two hierarchies as folders: ids are inode numbers, as in cgroupfs.
class CgroupTreeTest : public testing::Test {
 protected:
  CgroupTreeTest() {
    folder_.folder("v2/docker/one/init.scope");
    folder_.folder("v2/system.slice/a.service");
    folder_.folder("v1/docker/one");
  }

  CgroupMounts mounts() const {
    CgroupMounts both;
    both.v2 = CgroupMount{true, 0, {}, folder_.path("v2")};
    both.v1.push_back(CgroupMount{false, 1, {"cpu", "cpuacct"}, folder_.path("v1")});
    return both;
  }
  CgroupTree tree() {
    return CgroupTree(mounts(), [this] { return now_; });
  }
  CgroupEvent event(bool created, std::uint64_t id, std::uint32_t hierarchy, std::string path) {
    return {now_, created, CgroupId(id), hierarchy, std::move(path)};
  }

  TemporaryFolder folder_;
  KernelTime now_{std::chrono::hours(1)};
};

TEST_F(CgroupTreeTest, KnowsEachPathByItsId) {
  CgroupTree known = tree();
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, inode(folder_.path("v2/docker/one"))),
            "/docker/one");
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, inode(folder_.path("v2"))), "/");
  EXPECT_EQ(known.path_of(CgroupNumbering::V1, inode(folder_.path("v1/docker/one"))),
            "/docker/one");
  // An id of the one hierarchy means nothing in the other.
  EXPECT_EQ(known.path_of(CgroupNumbering::V1, inode(folder_.path("v2/docker/one"))), std::nullopt);
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, CgroupId(0)), std::nullopt);
}

TEST_F(CgroupTreeTest, LooksAgainForAnUnknownIdButNotTooOften) {
  CgroupTree known = tree();
  folder_.folder("v2/late");
  const CgroupId late = inode(folder_.path("v2/late"));
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, late), std::nullopt);
  now_ += CgroupTree::kRescanInterval;
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, late), "/late");
}

TEST_F(CgroupTreeTest, KeepsThePathOfWhatIsGone) {
  CgroupTree known = tree();
  const CgroupId gone = inode(folder_.path("v2/docker/one"));
  folder_.remove("v2/docker/one");
  known.scan();
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, gone), "/docker/one");
  EXPECT_THAT(known.paths(CgroupNumbering::V2),
              ElementsAre("/", "/docker", "/system.slice", "/system.slice/a.service"));
}

TEST_F(CgroupTreeTest, LearnsFromBirthsAndDeaths) {
  CgroupTree known = tree();
  known.observe(event(true, 4711, 0, "/born"));
  known.observe(event(true, 4711, 1, "/other"));
  known.observe(event(true, 4712, 7, "/of a controller that does not tell containers apart"));
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, CgroupId(4711)), "/born");
  EXPECT_EQ(known.path_of(CgroupNumbering::V1, CgroupId(4711)), "/other");
  EXPECT_EQ(known.path_of(CgroupNumbering::V1, CgroupId(4712)), std::nullopt);
  known.observe(event(false, 4711, 0, ""));
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, CgroupId(4711)), "/born");
  // The same path again, as when a container is restarted.
  known.observe(event(true, 4713, 0, "/born"));
  EXPECT_EQ(known.id_of(CgroupNumbering::V2, "/born"), CgroupId(4713));
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, CgroupId(4711)), "/born");
}

TEST_F(CgroupTreeTest, DistrustsPathsThatMayBeCut) {
  CgroupTree known = tree();
  known.observe(event(true, 5000, 0, "/" + std::string(254, 'x')));
  known.observe(event(true, 5001, 0, ""));
  known.observe(event(true, 5002, 0, "relative"));
  for (const std::uint64_t id : {5000U, 5001U, 5002U}) {
    EXPECT_EQ(known.path_of(CgroupNumbering::V2, CgroupId(id)), std::nullopt);
  }
  known.observe(event(false, 99999, 0, "/never seen"));
}

TEST_F(CgroupTreeTest, StaysBoundedInAStormOfCgroups) {
  CgroupTree known = tree();
  for (std::uint64_t id = 100000; id < 150000; ++id) {
    known.observe(event(true, id, 0, "/storm/" + std::to_string(id)));
    known.observe(event(false, id, 0, ""));
  }
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, CgroupId(149999)), "/storm/149999");
  EXPECT_EQ(known.path_of(CgroupNumbering::V2, CgroupId(100000)), std::nullopt);
  for (std::uint64_t id = 300000; id < 370000; ++id) {
    known.observe(event(true, id, 0, "/alive/" + std::to_string(id)));
  }
  EXPECT_GT(known.skipped(), 0U);
}

TEST_F(CgroupTreeTest, ListsASubtreeAndNotItsNeighbours) {
  folder_.folder("v2/docker/one-more");
  folder_.folder("v2/docker/one/x/y");
  const CgroupTree known = tree();
  EXPECT_THAT(known.subtree(CgroupNumbering::V2, "/docker/one"),
              UnorderedElementsAre(inode(folder_.path("v2/docker/one")),
                                   inode(folder_.path("v2/docker/one/init.scope")),
                                   inode(folder_.path("v2/docker/one/x")),
                                   inode(folder_.path("v2/docker/one/x/y"))));
  EXPECT_EQ(known.subtree(CgroupNumbering::V2, "/").size(),
            known.paths(CgroupNumbering::V2).size());
  EXPECT_TRUE(known.subtree(CgroupNumbering::V2, "/nowhere").empty());
}

TEST_F(CgroupTreeTest, TellsWhereCountersAre) {
  const CgroupTree known = tree();
  const auto both = known.directories("/docker/one");
  EXPECT_EQ(both.at("unified"), folder_.path("v2/docker/one"));
  EXPECT_EQ(both.at("cpuacct"), folder_.path("v1/docker/one"));
  EXPECT_EQ(known.directories("/system.slice/a.service").size(), 1U);
}

TEST_F(CgroupTreeTest, ChoosesTheNumberingThatHoldsTheContainers) {
  EXPECT_EQ(tree().identity(), CgroupNumbering::V2);
  folder_.folder("v1/docker/" + std::string(64, 'a'));
  EXPECT_EQ(tree().identity(), CgroupNumbering::V1);
  folder_.folder("v2/docker/" + std::string(64, 'b'));
  EXPECT_EQ(tree().identity(), CgroupNumbering::V2);
  CgroupMounts v1_only = mounts();
  v1_only.v2.reset();
  EXPECT_EQ(CgroupTree(v1_only).identity(), CgroupNumbering::V1);
}

TEST(CgroupLimits, ReadsCpuMax) {
  EXPECT_EQ(parse_cpu_max("50000 100000\n"), 0.5);
  EXPECT_EQ(parse_cpu_max("max 100000\n"), std::nullopt);
  for (const char* text : {"", "\n", "1", "1 0", "a b", "-1 100000", "1 2 3"}) {
    EXPECT_EQ(parse_cpu_max(text), std::nullopt) << text;
  }
}

TEST(CgroupLimits, TheSmallestOnTheWayUpBinds) {
  const TemporaryFolder folder;
  folder.file("v2/a/cpu.max", "50000 100000\n");
  folder.file("v2/a/b/cpu.max", "max 100000\n");
  folder.file("v2/a/b/memory.max", "1048576\n");
  folder.file("v2/a/memory.max", "2097152\n");
  const CgroupLimits v2 = read_cgroup_limits({{"unified", folder.path("v2")}}, "/a/b");
  EXPECT_EQ(v2.cpu_cores, 0.5);
  EXPECT_EQ(v2.memory_bytes, 1048576U);
  folder.file("cpu/a/cpu.cfs_quota_us", "-1\n");
  folder.file("cpu/a/cpu.cfs_period_us", "100000\n");
  folder.file("memory/a/memory.limit_in_bytes", "9223372036854771712\n");
  const CgroupLimits none =
      read_cgroup_limits({{"cpu", folder.path("cpu")}, {"memory", folder.path("memory")}}, "/a");
  EXPECT_EQ(none.cpu_cores, std::nullopt);
  EXPECT_EQ(none.memory_bytes, std::nullopt);
  folder.file("cpu/a/cpu.cfs_quota_us", "150000\n");
  folder.file("memory/a/memory.limit_in_bytes", "4096\n");
  const CgroupLimits v1 = read_cgroup_limits(
      {{"cpu", folder.path("cpu")}, {"memory", folder.path("memory")}}, "/a/leaf");
  EXPECT_EQ(v1.cpu_cores, 1.5);
  EXPECT_EQ(v1.memory_bytes, 4096U);
}

}  // namespace
}  // namespace culprit
