// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "comparison/compare.h"
#include "exporters/flame_tree.h"

namespace culprit {

/// What a box of a differential flame graph tells.
struct BoxDifference {
  double before = 0, after = 0;  ///< shares of the side's on-CPU time
  bool certain = false;          ///< its function's change is a verdict
  std::string source;            ///< "/app/server.c:88"; may be empty

  [[nodiscard]] double change() const { return after - before; }
  [[nodiscard]] bool is_new() const { return before == 0 && after > 0; }
  [[nodiscard]] bool is_gone() const { return before > 0 && after == 0; }
};

/// A flame graph in which a box is as wide as the mean of its shares before and after, so that
/// paths that came and paths that went have their place.
struct DifferenceBoxes {
  FlameTree tree;                          ///< samples: billionths of the mean share
  std::vector<BoxDifference> differences;  ///< by box
  double strongest = 0;                    ///< the change that has the full colour
};

DifferenceBoxes difference_boxes(const Comparison& comparison);

/// "#d7301f": red what grew, blue what shrank, pale what chance may have done.
std::string difference_colour(const BoxDifference& difference, double strongest);

}  // namespace culprit
