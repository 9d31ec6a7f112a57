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
  EXPECT_THAT(limit.why, testing::HasSubstr("takes 8 % of the CPUs"));
  EXPECT_THAT(limit.why, testing::HasSubstr("watched 25 % of the time"));
  EXPECT_EQ(limit.fix, "--max-overhead 5%");
}

}  // namespace
}  // namespace culprit
