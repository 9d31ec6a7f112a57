// SPDX-License-Identifier: Apache-2.0
#include "freezing_kernels.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(FreezingKernels, NamesTheBrokenLines) {
  for (const char* release : {"5.19.0-50-generic", "6.0.12", "6.1.35", "6.1.0", "6.2.16-arch",
                              "6.3.9-1-default", "6.1.0-9-amd64", "6.1.20-cloud"}) {
    EXPECT_TRUE(freezes_on_user_reads(release)) << release;
  }
}

TEST(FreezingKernels, ClearsTheOthers) {
  for (const char* release :
       {"5.10.0-28-amd64", "5.15.167", "6.1.36", "6.1.0-10-amd64", "6.1.0-43-cloud-amd64", "6.3.10",
        "6.4.0", "6.12.9", "7.2.0", "", "garbage", "6", "6.", "5.190.1"}) {
    EXPECT_FALSE(freezes_on_user_reads(release)) << release;
  }
}

}  // namespace
}  // namespace culprit
