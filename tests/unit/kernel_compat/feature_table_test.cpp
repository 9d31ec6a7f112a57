// SPDX-License-Identifier: Apache-2.0
#include "feature_table.h"

#include <gtest/gtest.h>

namespace culprit {
namespace {

TEST(FeatureTable, HasEachFeatureInItsPlace) {
  for (const FeatureRow& row : feature_table()) {
    EXPECT_EQ(row_of(row.feature).name, row.name);
  }
}

TEST(FeatureTable, SaysWhatStandsInForEveryOptionalFeature) {
  for (const FeatureRow& row : feature_table()) {
    EXPECT_EQ(row.required, row.fallback.empty()) << row.name;
    EXPECT_FALSE(row.lost_without.empty()) << row.name;
  }
}

}  // namespace
}  // namespace culprit
