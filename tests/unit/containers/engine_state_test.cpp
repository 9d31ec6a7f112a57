// SPDX-License-Identifier: Apache-2.0
#include "containers/engine_state.h"

#include <gtest/gtest.h>

#include <string>

#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using test::TemporaryFolder;

const std::string kId = std::string(64, 'a');
const std::string kUid = "8c0e2a3b-1234-4cde-9f01-23456789abcd";

class EngineStateTest : public testing::Test {
 protected:
  EngineStateRoots roots() const {
    EngineStateRoots roots;
    roots.docker = {folder_.path("docker")};
    roots.docker_configuration = folder_.path("daemon.json");
    roots.containerd_tasks = folder_.path("tasks");
    roots.storage = {folder_.path("storage")};
    roots.storage_run = {folder_.path("storage-run")};
    roots.pod_logs = folder_.path("pods");
    roots.container_logs = folder_.path("logs");
    return roots;
  }
  EngineState state() {
    return EngineState(roots(), [this] { return now_; });
  }

  TemporaryFolder folder_;
  KernelTime now_{std::chrono::hours(1)};
};

constexpr const char* kDockerConfig =
    R"(,"Name":"/backend","RestartCount":4,"State":{"Running":true,"StartedAt":)"
    R"("2026-03-01T12:00:00Z"},"Config":{"Image":"shop/backend:v42","Labels":{"a":"b"}}})";

TEST_F(EngineStateTest, ReadsDockersFiles) {
  folder_.file("docker/containers/" + kId + "/config.v2.json",
               R"({"ID":")" + kId + "\"" + kDockerConfig);
  folder_.file("docker/containers/" + kId + "/hostconfig.json", R"({"NanoCpus":500000000})");
  const EngineContainer container = state().find(kId);
  EXPECT_EQ(container.name, "backend");
  EXPECT_EQ(container.runtime, "docker");
  EXPECT_EQ(container.image, "shop/backend:v42");
  EXPECT_EQ(container.restarts, 4U);
  EXPECT_EQ(container.cpu_limit_cores, 0.5);
  EXPECT_TRUE(container.started_at);
}

TEST_F(EngineStateTest, FollowsDockersConfiguredDataRoot) {
  folder_.file("daemon.json", R"({"data-root":")" + folder_.path("elsewhere") + "\"}");
  folder_.file("elsewhere/containers/" + kId + "/config.v2.json",
               R"({"ID":")" + kId + "\"" + kDockerConfig);
  EXPECT_EQ(state().find(kId).name, "backend");
}

TEST_F(EngineStateTest, ReadsContainerdsAnnotations) {
  folder_.file("tasks/k8s.io/" + kId + "/config.json",
               R"({"annotations":{"io.kubernetes.cri.container-name":"app",)"
               R"("io.kubernetes.cri.sandbox-name":"api-x",)"
               R"("io.kubernetes.cri.sandbox-namespace":"shop",)"
               R"("io.kubernetes.cri.sandbox-uid":")" +
                   kUid + R"(","io.kubernetes.cri.image-name":"shop/api:v1"}})");
  folder_.file("pods/shop_api-x_" + kUid + "/app/0.log", "");
  folder_.file("pods/shop_api-x_" + kUid + "/app/7.log", "");
  folder_.file("pods/shop_api-x_" + kUid + "/app/x.log", "");
  const EngineContainer container = state().find(kId);
  EXPECT_EQ(container.runtime, "containerd");
  EXPECT_EQ(container.name, "app");
  EXPECT_EQ(container.pod, "api-x");
  EXPECT_EQ(container.pod_namespace, "shop");
  EXPECT_EQ(container.image, "shop/api:v1");
  EXPECT_EQ(container.restarts, 7U);
  EXPECT_TRUE(container.started_at);
}

TEST_F(EngineStateTest, ReadsPodmansAndCrioStorage) {
  const std::string other(64, 'b');
  folder_.file("storage/containers.json",
               R"([{"id":")" + kId +
                   R"(","names":["web"],"metadata":"{\"image-name\":\"docker.io/nginx:1\"}"},)" +
                   R"({"id":")" + other +
                   R"(","names":["k8s_app_api-x_shop_u_0"],)"
                   R"("metadata":"{\"pod-id\":\"x\",\"image-name\":\"shop/api\"}"}])");
  folder_.file("storage-run/" + other + "/userdata/config.json",
               R"({"annotations":{"io.kubernetes.container.name":"app",)"
               R"("io.kubernetes.pod.name":"api-x","io.kubernetes.pod.namespace":"shop"}})");
  EngineState known = state();
  EXPECT_EQ(known.find(kId).name, "web");
  EXPECT_EQ(known.find(kId).image, "docker.io/nginx:1");
  EXPECT_EQ(known.find(kId).runtime, "podman");
  EXPECT_EQ(known.find(other).name, "app");
  EXPECT_EQ(known.find(other).runtime, "crio");
  EXPECT_EQ(known.find(other).pod_namespace, "shop");
}

TEST_F(EngineStateTest, ReadsNamesOfLogs) {
  folder_.link("logs/api-x_shop_app-" + kId + ".log", "/nowhere");
  folder_.folder("pods/shop_db-0_" + kUid);
  EngineState known = state();
  EXPECT_EQ(known.find(kId).name, "app");
  EXPECT_EQ(known.find(kId).pod, "api-x");
  EXPECT_EQ(known.find_pod(kUid).pod, "db-0");
  EXPECT_EQ(known.find_pod("unheard").pod, "");
}

TEST_F(EngineStateTest, SeesWhatComesLater) {
  EngineState known = state();
  EXPECT_EQ(known.find_pod(kUid).pod, "");
  folder_.folder("pods/shop_db-0_" + kUid);
  now_ += std::chrono::seconds(2);
  EXPECT_EQ(known.find_pod(kUid).pod, "db-0");
}

TEST_F(EngineStateTest, LeavesItsFoldersForNoId) {
  folder_.file("secret/config.v2.json", R"({"ID":")" + kId + "\"" + kDockerConfig);
  folder_.file("docker/containers/x", "");
  EngineState known = state();
  for (const std::string& id : {std::string("../../secret"), std::string(), std::string("."),
                                std::string(64, '.'), std::string(63, 'a') + "/"}) {
    EXPECT_EQ(known.find(id).name, "") << id;
  }
  // Names out of annotations do not lead elsewhere either.
  folder_.file(
      "tasks/k8s.io/" + kId + "/config.json",
      R"({"annotations":{"io.kubernetes.cri.container-name":"..",)"
      R"("io.kubernetes.cri.sandbox-name":"../../..","io.kubernetes.cri.sandbox-uid":"u"}})");
  EXPECT_EQ(known.find(kId).restarts, std::nullopt);
}

TEST_F(EngineStateTest, SurvivesBrokenFiles) {
  folder_.file("docker/containers/" + kId + "/config.v2.json", "{\"ID\":");
  folder_.file("tasks/default/" + kId + "/config.json", "\xff\xff");
  folder_.file("storage/containers.json", "{}");
  folder_.folder("storage-run/" + kId + "/userdata/config.json");
  EXPECT_EQ(state().find(kId).name, "");
}

}  // namespace
}  // namespace culprit
