// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_codes.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(ExitCodes, AreTheNumbersThatScriptsRelyOn) {
  EXPECT_EQ(number_of(ExitCode::Ran), 0);
  EXPECT_EQ(number_of(ExitCode::Failed), 1);
  EXPECT_EQ(number_of(ExitCode::Usage), 2);
  EXPECT_EQ(number_of(ExitCode::FailOnMatched), 3);
  EXPECT_EQ(number_of(ExitCode::LostTooMuch), 4);
  EXPECT_EQ(number_of(ExitCode::CouldNotObserve), 5);
}

TEST(ExitCodes, AMatchWinsOverALoss) {
  EXPECT_EQ(exit_code_of({.fail_on_matched = true, .lost_share = 0.5}), ExitCode::FailOnMatched);
  EXPECT_EQ(exit_code_of({.fail_on_matched = false, .lost_share = 0.5}), ExitCode::LostTooMuch);
}

TEST(ExitCodes, TheAllowedShareMayBeLost) {
  EXPECT_EQ(exit_code_of({.fail_on_matched = false, .lost_share = kAllowedLostShare}),
            ExitCode::Ran);
  EXPECT_EQ(exit_code_of({}), ExitCode::Ran);
}

}  // namespace
}  // namespace culprit
