// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "comparison/paired_counts.h"

namespace culprit {

/// The call paths of both sides in one tree: also those that came and those that went.
struct DifferenceTree {
  struct Node {
    PairedCounts::Frame frame = 0;  ///< in `frames`; meaningless for the root
    std::uint32_t parent = 0;
    std::uint64_t before_own = 0, after_own = 0;  ///< samples that end here
    std::uint64_t before = 0, after = 0;          ///< these and everything below
  };

  std::vector<ComparedFrame> frames;
  std::vector<Node> nodes;  ///< node 0 is the root; children come after their parents
};

DifferenceTree difference_tree(const PairedCounts& counts);

}  // namespace culprit
