// SPDX-License-Identifier: Apache-2.0
#include "investigation/run_limits.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(RunLimits, KeepsEachSentenceOnce) {
  RunLimits limits;
  limits.add("container names", "docker does not answer");
  limits.add("container names", "docker does not answer");
  limits.add("container names", "podman does not answer");
  limits.add("memory", "cannot be locked");
  EXPECT_EQ(limits.all().size(), 3U);
  EXPECT_THAT(limits.reasons_of("container names"),
              testing::ElementsAre("docker does not answer", "podman does not answer"));
  EXPECT_THAT(limits.reasons_of("stacks"), testing::IsEmpty());
}

TEST(RunLimits, SaysForWhichPartOfTheTimeCountsStand) {
  const Limit limit = partial_view_limit(0.25, 0.08, 0.02, "--max-overhead 5%");
  EXPECT_THAT(limit.why, testing::HasSubstr("takes up to 8 % of the CPUs"));
  EXPECT_THAT(limit.why, testing::HasSubstr("watched 25 % of the time"));
  EXPECT_EQ(limit.fix, "--max-overhead 5%");
}

TEST(RunLimits, SaysWhatARecordingLacks) {
  const Limit limit = dropped_limit(12);
  EXPECT_EQ(limit.what, "recording");  // diff tells of these
  EXPECT_THAT(limit.why, testing::HasSubstr("12 observations"));
}

TEST(RunLimits, SaysWhatIsNotSeenOf32BitPrograms) {
  Profile profile;
  profile.window.duration = std::chrono::seconds(10);
  profile.workloads.resize(2);
  profile.workloads[1].container.name = "legacy";
  SyscallActivity activity{.workload = WorkloadIndex(1), .number = 4, .count = 90000};
  profile.syscalls = {activity};
  EXPECT_FALSE(compat_limit(profile));
  activity.compat = true;
  activity.count = 990;
  profile.syscalls.push_back(activity);
  EXPECT_FALSE(compat_limit(profile));
  activity.number = 3;
  activity.count = 10;
  profile.syscalls.push_back(activity);
  const std::optional<Limit> limit = compat_limit(profile);
  ASSERT_TRUE(limit);
  EXPECT_THAT(limit->why, testing::HasSubstr("legacy makes 100 calls/s"));
}

}  // namespace
}  // namespace culprit
