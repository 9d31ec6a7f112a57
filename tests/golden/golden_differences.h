// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "comparison/compare.h"

namespace culprit::golden {

/// A comparison made of fixed values, with the name its files have in tests/golden/expected.
struct GoldenDifference {
  std::string name;
  Comparison comparison;
};

/// A later release parses slower, encodes in another way, and has another container name; names
/// made by somebody who reads this code; one thing twice; stacks without times; three seconds.
std::vector<GoldenDifference> golden_differences();

}  // namespace culprit::golden
