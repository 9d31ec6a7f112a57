// SPDX-License-Identifier: Apache-2.0
#include "comparison/workload_choice.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

WorkloadProfile web() {
  WorkloadProfile workload;
  workload.container.name = "shop-web-1";
  workload.container.id = "3f9c1b2a77de0011";
  workload.container.image = "registry:5000/shop/web:v2";
  workload.container.cgroup_path = "/docker/3f9c1b2a77de0011";
  workload.container.labels = {{"version", "2.1"}, {"tier", "front"}};
  return workload;
}

TEST(WorkloadChoice, KnowsAContainerByEachOfItsNames) {
  for (const char* wish : {"shop-web-1", "3f9c1b", "registry:5000/shop/web:v2", "shop/web", "web",
                           "/docker/3f9c1b2a77de0011", "tier=front"}) {
    EXPECT_TRUE(is_chosen(web(), wish)) << wish;
  }
  for (const char* wish :
       {"", "3f", "shop", "we", "web:v2", "tier=back", "tier", "=front", "3f9d"}) {
    EXPECT_FALSE(is_chosen(web(), wish)) << wish;
  }
}

TEST(WorkloadChoice, TellsGenerationsByTagOrLabel) {
  EXPECT_TRUE(is_chosen(web(), "web@v2"));
  EXPECT_TRUE(is_chosen(web(), "shop/web@v2"));
  EXPECT_TRUE(is_chosen(web(), "shop-web-1@2.1"));
  EXPECT_FALSE(is_chosen(web(), "web@v1"));
  EXPECT_FALSE(is_chosen(web(), "web@"));
  EXPECT_FALSE(is_chosen(web(), "@v2"));
  EXPECT_FALSE(is_chosen(web(), "db@v2"));
}

TEST(WorkloadChoice, KnowsAnImageByItsDigest) {
  WorkloadProfile workload = web();
  workload.container.image = "shop/web@sha256:00ff";
  EXPECT_TRUE(is_chosen(workload, "shop/web@sha256:00ff"));
  EXPECT_FALSE(is_chosen(workload, "shop/web@sha256:00fe"));
}

TEST(WorkloadChoice, KnowsTheKernelByItsNameOnly) {
  WorkloadProfile workload;
  workload.kernel_activity = "kernel:softirq";
  EXPECT_TRUE(is_chosen(workload, "softirq"));
  EXPECT_TRUE(is_chosen(workload, "kernel:softirq"));
  EXPECT_FALSE(is_chosen(workload, ""));
  EXPECT_FALSE(is_chosen(workload, "/"));
}

}  // namespace
}  // namespace culprit
