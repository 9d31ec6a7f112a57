// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "comparison/block_profile.h"
#include "comparison/difference_tree.h"
#include "comparison/share_estimate.h"

namespace culprit {

/// How likely a comparison without any difference may name one: all of its tests together.
inline constexpr double kFalseAlarms = 0.05;
/// Of the on-CPU time; what changes by less is no verdict, however sure.
inline constexpr double kSmallestChange = 0.005;
/// Fewer blocks on a side say nothing about their own spread.
inline constexpr std::uint32_t kFewestBlocks = 5;
/// A frame that was seen in fewer blocks of both sides is not tested.
inline constexpr std::uint32_t kFewestSeenBlocks = 5;

enum class Change : std::uint8_t {
  None,  ///< nothing that chance would not do, or too small to matter
  Grew,
  Shrank,
  New,   ///< not seen before
  Gone,  ///< not seen after
};

/// A share of the on-CPU time, before and after.
struct ComparedShare {
  ShareEstimate before, after;
  ShareDifference difference;
  bool tested = false;
  double adjusted_p = 1;  ///< by Holm's method, over all tests of the comparison
  Change change = Change::None;
};

/// A function, or a container.
struct ComparedRow {
  ComparedFrame frame;
  ComparedShare whole;  ///< with all that it calls
  ComparedShare own;    ///< its own code; untested in containers

  [[nodiscard]] bool changed() const {
    return whole.change != Change::None || own.change != Change::None;
  }
};

enum class ComparisonResult : std::uint8_t {
  Different,
  NoSignificantDifference,
  TooShort,  ///< fewer than kFewestBlocks blocks, or no samples, on a side
  Untested,  ///< stacks without times
};

struct ComparedSide {
  std::string name;  ///< displayable
  std::uint64_t samples = 0;
  std::uint32_t blocks = 0;
  double seconds = 0;  ///< 0 when not known
  double cores = 0;    ///< 0 when not known
};

struct Comparison {
  ComparisonResult result = ComparisonResult::NoSignificantDifference;
  ComparedSide before, after;
  std::vector<ComparedRow> containers;  ///< by change, largest first; none where both are one
  std::vector<ComparedRow> functions;   ///< by change, largest first
  std::size_t tests = 0;                ///< distinct ones: frames of equal counts are one
  double detectable_change = 1;         ///< of any tested share: found with a probability of 80 %
  std::vector<std::string> notes;       ///< displayable sentences
  DifferenceTree tree;
};

/// Pure. Names and notes of the sides are the caller's.
Comparison compare(const BlockProfile& before, const BlockProfile& after);

}  // namespace culprit
