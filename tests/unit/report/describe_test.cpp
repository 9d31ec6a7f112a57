// SPDX-License-Identifier: Apache-2.0
#include "report/describe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace culprit {
namespace {

class TopFunctions : public testing::Test {
 protected:
  FrameId frame(const std::string& function, FrameKind kind = FrameKind::Native,
                std::uint32_t line = 0) {
    return frames.intern({function, "", line, "app", kind, false});
  }

  FrameTable frames;
  CallTree calls;
};

TEST_F(TopFunctions, BillTheKernelsWorkToWhoAskedForIt) {
  const std::vector<FrameId> path = {frame("python3"), frame("main"), frame("write"),
                                     frame("do_syscall_64", FrameKind::Kernel),
                                     frame("vfs_write", FrameKind::Kernel)};
  calls.add(path, 70);
  calls.add(std::vector<FrameId>(path.begin(), path.begin() + 2), 30);
  const auto top = top_functions(calls, frames, 5);
  ASSERT_EQ(top.size(), 2U);
  EXPECT_EQ(frames.at(top[0].frame).function, "write");
  EXPECT_EQ(top[0].samples, 70U);
  EXPECT_DOUBLE_EQ(top[0].share, 0.7);
  EXPECT_EQ(frames.at(top[1].frame).function, "main");
}

TEST_F(TopFunctions, NameTheKernelsFunctionWhenThereIsNoOther) {
  calls.add(std::vector<FrameId>{frame("kswapd0"), frame("kthread", FrameKind::Kernel),
                                 frame("shrink_node", FrameKind::Kernel)},
            5);
  const auto top = top_functions(calls, frames, 5);
  ASSERT_EQ(top.size(), 1U);
  EXPECT_EQ(frames.at(top[0].frame).function, "shrink_node");
}

TEST_F(TopFunctions, MergeLinesAndShowTheOneSeenMost) {
  calls.add(std::vector<FrameId>{frame("p"), frame("loop", FrameKind::Python, 11)}, 3);
  calls.add(std::vector<FrameId>{frame("p"), frame("loop", FrameKind::Python, 12)}, 4);
  const auto top = top_functions(calls, frames, 5);
  ASSERT_EQ(top.size(), 1U);
  EXPECT_EQ(top[0].samples, 7U);
  EXPECT_EQ(frames.at(top[0].frame).line, 12U);
}

TEST_F(TopFunctions, AreNoneOfAProcessWithoutStacksOrAnEmptyTree) {
  EXPECT_TRUE(top_functions(calls, frames, 5).empty());
  calls.add(std::vector<FrameId>{frame("p")}, 3);
  EXPECT_TRUE(top_functions(calls, frames, 5).empty());
}

TEST(Describe, WritesDestinationsAsPeopleDo) {
  FindingTarget target{.kind = TargetKind::Tcp,
                       .address = "::1",
                       .port = 80,
                       .path = "",
                       .hostname = "",
                       .hostname_source = "",
                       .container = ""};
  EXPECT_EQ(describe_target(target), "[::1]:80");
  target.address = "10.0.0.1";
  target.hostname = "db";
  EXPECT_EQ(describe_target(target), "10.0.0.1:80 (db)");
  target.container = "mysql";
  EXPECT_EQ(describe_target(target), "10.0.0.1:80 (mysql)");
  target = {.kind = TargetKind::Stdout,
            .address = "",
            .port = 0,
            .path = "",
            .hostname = "",
            .hostname_source = "",
            .container = ""};
  EXPECT_EQ(describe_target(target), "stdout");
  target.kind = TargetKind::File;
  EXPECT_EQ(describe_target(target), "file");
  target.path = "/var/log/app.log";
  EXPECT_EQ(describe_target(target), "/var/log/app.log");
}

TEST(Describe, FindsAnImagesTag) {
  EXPECT_EQ(image_tag("shop/backend:v42"), "v42");
  EXPECT_EQ(image_tag("registry:5000/shop/backend"), "");
  EXPECT_EQ(image_tag("registry:5000/shop/backend:v1@sha256:abcd"), "v1");
  EXPECT_EQ(image_tag(""), "");
}

TEST(Describe, NamesWorkloadsThatHaveNoName) {
  WorkloadProfile workload;
  EXPECT_EQ(workload_name(workload), "[unnamed]");
  workload.container.id = "3f9c1b2a77de0000";
  EXPECT_EQ(workload_name(workload), "3f9c1b2a77de");
  workload.kernel_activity = "kernel:threads";
  EXPECT_EQ(workload_name(workload), "kernel threads");
}

TEST(Describe, SurvivesFindingsWithoutAWorkloadOrAPlace) {
  Finding finding;
  EXPECT_EQ(dearest_workload({}, finding), nullptr);
  EXPECT_EQ(blamed_frame({}, finding), nullptr);
  finding.workloads = {WorkloadIndex(9)};
  finding.where = {FrameId(9)};
  EXPECT_EQ(dearest_workload({}, finding), nullptr);
  EXPECT_EQ(blamed_frame({}, finding), nullptr);
}

}  // namespace
}  // namespace culprit
