// SPDX-License-Identifier: Apache-2.0
#include "containers/container_catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>

#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using test::TemporaryFolder;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

const std::string kId = std::string(64, 'a');
const std::string kOld = std::string(64, 'b');

class ContainerCatalogTest : public testing::Test {
 protected:
  ContainerCatalogTest() {
    folder_.folder("v2/docker/" + kId + "/init.scope");
    folder_.folder("v2/system.slice/nginx.service/worker");
    folder_.folder("v1/docker/" + kOld);
    folder_.folder("v1/system.slice/containerd.service");
    folder_.folder("v2/system.slice/containerd.service");
  }

  ContainerCatalog catalog() {
    CgroupMounts mounts;
    mounts.v2 = CgroupMount{true, 0, {}, folder_.path("v2")};
    mounts.v1.push_back(CgroupMount{false, 1, {"cpu", "memory"}, folder_.path("v1")});
    EngineStateRoots roots;
    roots.docker = {folder_.path("state")};
    roots.docker_configuration = roots.containerd_tasks = roots.pod_logs = roots.container_logs =
        folder_.path("none");
    roots.storage = roots.storage_run = {};
    return ContainerCatalog(CgroupTree(std::move(mounts), [this] { return now_; }),
                            EngineState(std::move(roots)));
  }
  CgroupId id(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::stat(folder_.path(name).c_str(), &status), 0) << name;
    return CgroupId(status.st_ino);
  }
  static EngineAnswer answer() {
    EngineAnswer told;
    EngineContainer container;
    container.id = kId;
    container.name = "backend";
    container.runtime = "docker";
    container.image = "shop/backend:v42";
    container.health = "healthy";
    container.labels = {{"tier", "web"}};
    told.containers.push_back(container);
    return told;
  }

  TemporaryFolder folder_;
  KernelTime now_{std::chrono::hours(1)};
};

TEST_F(ContainerCatalogTest, NamesAContainerByItsLeavesToo) {
  ContainerCatalog known = catalog();
  known.learn(answer());
  const CgroupId own = id("v2/docker/" + kId);
  for (const CgroupId leaf : {own, id("v2/docker/" + kId + "/init.scope")}) {
    const Container& container = known.find(leaf, id("v1"));
    EXPECT_EQ(container.name, "backend");
    EXPECT_EQ(container.cgroup, own);
    EXPECT_EQ(container.cgroup_path, "/docker/" + kId);
    EXPECT_EQ(container.service, "shop/backend");
    EXPECT_EQ(&known.find(leaf), &container);
  }
}

TEST_F(ContainerCatalogTest, AnswersThatComeLateImproveWhatIsKnown) {
  ContainerCatalog known = catalog();
  const Container& container = known.find(id("v2/docker/" + kId));
  EXPECT_EQ(container.name, kId.substr(0, 12));
  known.learn(answer());
  EXPECT_EQ(container.name, "backend");
  EXPECT_EQ(container.health, "healthy");
}

TEST_F(ContainerCatalogTest, NamesFromDiskServeWithoutAnEngine) {
  folder_.file("state/containers/" + kId + "/config.v2.json",
               R"({"ID":")" + kId + R"(","Name":"/from-disk"})");
  ContainerCatalog known = catalog();
  EXPECT_EQ(known.find(id("v2/docker/" + kId)).name, "from-disk");
}

TEST_F(ContainerCatalogTest, PrefersTheHierarchyThatKnowsTheContainer) {
  ContainerCatalog known = catalog();
  const Container& container =
      known.find(id("v2/system.slice/containerd.service"), id("v1/docker/" + kOld));
  EXPECT_EQ(container.id, kOld);
  // Its id is one of v1: marked, for a v2 cgroup may have the same number.
  EXPECT_EQ(container.cgroup.value(),
            id("v1/docker/" + kOld).value() | ContainerCatalog::kOtherNumbering);
  EXPECT_EQ(&known.find(container.cgroup), &container);
}

TEST_F(ContainerCatalogTest, NamesHostServicesAndTheHost) {
  ContainerCatalog known = catalog();
  EXPECT_EQ(known.find(id("v2/system.slice/nginx.service/worker"), id("v1")).name, "nginx.service");
  EXPECT_EQ(known.find(id("v2"), id("v1")).kind, WorkloadKind::Host);
  EXPECT_EQ(known.find_path("/system.slice/nginx.service").cgroup,
            id("v2/system.slice/nginx.service"));
}

TEST_F(ContainerCatalogTest, NeverFails) {
  ContainerCatalog known = catalog();
  const Container& stranger = known.find(CgroupId(1234567890123), CgroupId(0));
  EXPECT_EQ(stranger.name, "cgroup 1234567890123");
  EXPECT_EQ(known.find(CgroupId(0)).name, "cgroup 0");
  known.observe({now_, true, CgroupId(1234567890123), 0, "/system.slice/late.service"});
  EXPECT_EQ(known.find(CgroupId(1234567890123), CgroupId(0)).name, "late.service");
}

TEST_F(ContainerCatalogTest, AContainerStaysTheSameWhenItEndsAndStartsAgain) {
  ContainerCatalog known = catalog();
  known.learn(answer());
  const CgroupId first = id("v2/docker/" + kId);
  const Container& container = known.find(first);
  known.observe({now_, false, first, 0, "/docker/" + kId});
  folder_.remove("v2/docker/" + kId);
  EXPECT_EQ(&known.find(first), &container);
  known.observe({now_, true, CgroupId(1234567890123), 0, "/docker/" + kId});
  EXPECT_EQ(&known.find(CgroupId(1234567890123)), &container);
  EXPECT_EQ(container.cgroup, first);
}

TEST_F(ContainerCatalogTest, ListsWorkloadsButNotWhatOnlyHoldsThem) {
  folder_.folder(
      "v2/kubepods.slice/kubepods-pod8c0e2a3b_1234_4cde_9f01_23456789abcd.slice/"
      "cri-containerd-" +
      kOld + ".scope");
  ContainerCatalog known = catalog();
  std::vector<std::string> paths;
  for (const Container& container : known.all()) {
    paths.push_back(container.cgroup_path);
  }
  EXPECT_THAT(paths, UnorderedElementsAre("/docker/" + kId, "/system.slice/nginx.service",
                                          "/system.slice/containerd.service", "/docker/" + kOld,
                                          HasSubstr("cri-containerd-")));
  EXPECT_EQ(known.counter_directories().size(), 5U);
}

TEST_F(ContainerCatalogTest, ReadsLimits) {
  folder_.file("v2/docker/" + kId + "/cpu.max", "50000 100000\n");
  folder_.file("v2/docker/" + kId + "/memory.max", "1048576\n");
  ContainerCatalog known = catalog();
  const Container& container = known.find(id("v2/docker/" + kId));
  EXPECT_EQ(container.cpu_limit_cores, 0.5);
  EXPECT_EQ(container.memory_limit_bytes, 1048576U);
}

TEST_F(ContainerCatalogTest, SelectsWithEverythingBelow) {
  ContainerCatalog known = catalog();
  known.learn(answer());
  const auto selected = known.select({.containers = {"backend"}});
  ASSERT_TRUE(selected) << selected.error().message();
  EXPECT_THAT(selected->roots, UnorderedElementsAre(id("v2/docker/" + kId)));
  EXPECT_THAT(selected->all,
              UnorderedElementsAre(id("v2/docker/" + kId), id("v2/docker/" + kId + "/init.scope")));
  EXPECT_FALSE(known.select({.containers = {"nobody"}}));
  EXPECT_TRUE(known.select({.labels = {"tier=web"}}));
  EXPECT_TRUE(known.select({.containers = {"/system.slice"}}));
  // One that exists on v1 only cannot be told apart in the kernel by v2 ids.
  EXPECT_FALSE(known.select({.containers = {kOld}}));
  folder_.remove("v2/docker/" + kId);
  EXPECT_FALSE(known.select({.containers = {"backend"}}));
}

}  // namespace
}  // namespace culprit
