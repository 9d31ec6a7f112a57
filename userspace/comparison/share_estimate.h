// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace culprit {

/// A share of the samples of one side, with the error that it shows from block to block.
struct ShareEstimate {
  std::uint64_t samples = 0;  ///< with the frame
  std::uint64_t of = 0;       ///< all of the side
  double share = 0;
  double variance = 0;            ///< of the share
  double freedom = 0;             ///< degrees of freedom of the variance; 0: it is not known
  std::uint32_t seen_blocks = 0;  ///< in which the frame was seen at all
};

/// `counts[i]` samples of `totals[i]` in block i. The variance is that of a ratio of sums over
/// blocks, which need not be equally busy: the largest that blocks of 1, 2, 4, ... joined ones
/// show, so that work which comes and goes within seconds is not taken for many observations.
ShareEstimate estimate_share(std::span<const std::uint64_t> counts,
                             std::span<const std::uint64_t> totals);

/// What two estimates say about the difference of the shares, after minus before.
struct ShareDifference {
  double change = 0;
  double error = 0;  ///< standard error; at least that of independent samples
  double freedom = 0;
  double low = 0, high = 0;  ///< 95 % confidence interval of the change
  double p_value = 1;        ///< of Welch's test, two-sided, for this difference alone
};

/// Without degrees of freedom on either side nothing but the change is known.
ShareDifference difference_of(const ShareEstimate& before, const ShareEstimate& after);

/// The change that a test at level `level` finds with a probability of 80 %.
double detectable_change(const ShareDifference& difference, double level);

}  // namespace culprit
