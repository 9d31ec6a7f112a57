// SPDX-License-Identifier: Apache-2.0
#include "containers/service_name.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(ServiceName, TakesGeneratedEndingsOffPodNames) {
  EXPECT_EQ(pod_owner("backend-7d9f8c6b5d-x2x4z"), "backend");
  EXPECT_EQ(pod_owner("shop-backend-6c5b4d7f99-zz9xk"), "shop-backend");
  EXPECT_EQ(pod_owner("db-0"), "db");
  EXPECT_EQ(pod_owner("kafka-broker-12"), "kafka-broker");
  EXPECT_EQ(pod_owner("node-exporter-x7kqp"), "node-exporter");
  EXPECT_EQ(pod_owner("backup-28391040-4xk2p"), "backup");
  EXPECT_EQ(pod_owner("etcd-master"), "etcd-master");
  EXPECT_EQ(pod_owner("kube-proxy-house"), "kube-proxy-house");
  for (const char* odd : {"", "-", "a", "-0", "a-", "--", "-x2x4z"}) {
    pod_owner(odd);
  }
  EXPECT_EQ(pod_owner("-x2x4z"), "-x2x4z");
}

TEST(ServiceName, CutsAnImageToItsRepository) {
  EXPECT_EQ(image_repository("shop/backend:v42"), "shop/backend");
  EXPECT_EQ(image_repository("registry.example.org:5000/shop/backend:v42"), "shop/backend");
  EXPECT_EQ(image_repository("localhost/backend"), "backend");
  EXPECT_EQ(image_repository("docker.io/library/redis:7@sha256:0123"), "redis");
  EXPECT_EQ(image_repository("redis"), "redis");
  EXPECT_EQ(image_repository("sha256:0123456789abcdef0123"), "");
  EXPECT_EQ(image_repository("0123456789abcdef"), "");
  EXPECT_EQ(image_repository(""), "");
  EXPECT_EQ(image_repository(":"), "");
}

Container container() {
  Container made;
  made.name = "shop-backend-2";
  made.image = "shop/backend:v42";
  return made;
}

TEST(ServiceName, GroupsByTheMostTellingThing) {
  Container compose = container();
  compose.labels = {{"com.docker.compose.project", "shop"}, {"com.docker.compose.service", "api"}};
  EXPECT_EQ(service_of(compose), "shop/api");
  Container swarm = container();
  swarm.labels = {{"com.docker.swarm.service.name", "shop_api"}};
  EXPECT_EQ(service_of(swarm), "shop_api");
  Container ecs = container();
  ecs.labels = {{"com.amazonaws.ecs.task-definition-family", "shop"},
                {"com.amazonaws.ecs.container-name", "api"}};
  EXPECT_EQ(service_of(ecs), "shop/api");
  Container pod = container();
  pod.pod = "api-7d9f8c6b5d-x2x4z";
  pod.pod_namespace = "shop";
  EXPECT_EQ(service_of(pod), "shop/api");
  EXPECT_EQ(service_of(container()), "shop/backend");
  Container nameless = container();
  nameless.image.clear();
  EXPECT_EQ(service_of(nameless), "shop-backend-2");
}

}  // namespace
}  // namespace culprit
