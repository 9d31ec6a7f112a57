// SPDX-License-Identifier: Apache-2.0
#include "comparison/share_estimate.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <cstddef>

namespace culprit {
namespace {

using StudentsT = boost::math::students_t_distribution<double>;

/// Joined blocks fewer than these say too little about their own spread.
constexpr std::size_t kFewestJoinedBlocks = 8;
constexpr double kConfidence = 0.95;
constexpr double kPower = 0.8;

double square(double value) {
  return value * value;
}

struct Spread {
  double variance = 0;
  double freedom = 0;
};

/// Of a share of `share` over blocks that `joined` ones make up.
Spread spread_of(std::span<const std::uint64_t> counts, std::span<const std::uint64_t> totals,
                 double share, std::size_t joined) {
  double all = 0, squares = 0, residuals = 0;
  for (std::size_t first = 0; first < counts.size(); first += joined) {
    double count = 0, total = 0;
    for (std::size_t block = first; block < std::min(first + joined, counts.size()); ++block) {
      count += static_cast<double>(counts[block]);
      total += static_cast<double>(totals[block]);
    }
    all += total;
    squares += square(total);
    residuals += square(count - share * total);
  }
  // As many blocks of equal size would tell as much.
  const double blocks = squares > 0 ? square(all) / squares : 0;
  if (blocks < 2) {
    return {};
  }
  return {.variance = blocks / (blocks - 1) * residuals / square(all), .freedom = blocks - 1};
}

/// Of the mean of independent samples: no stack is seen more regularly for being counted in blocks.
double independent_variance(double share, std::uint64_t samples) {
  return samples == 0 ? 0 : share * (1 - share) / static_cast<double>(samples);
}

}  // namespace

ShareEstimate estimate_share(std::span<const std::uint64_t> counts,
                             std::span<const std::uint64_t> totals) {
  ShareEstimate estimate;
  for (std::size_t block = 0; block < counts.size(); ++block) {
    estimate.samples += counts[block];
    estimate.of += totals[block];
    estimate.seen_blocks += counts[block] > 0 ? 1 : 0;
  }
  if (estimate.of == 0) {
    return estimate;
  }
  estimate.share = static_cast<double>(estimate.samples) / static_cast<double>(estimate.of);
  for (std::size_t joined = 1; joined == 1 || counts.size() / joined >= kFewestJoinedBlocks;
       joined *= 2) {
    const Spread spread = spread_of(counts, totals, estimate.share, joined);
    if (spread.freedom > 0 && (joined == 1 || spread.variance > estimate.variance)) {
      estimate.variance = spread.variance;
      estimate.freedom = spread.freedom;
    }
  }
  return estimate;
}

ShareDifference difference_of(const ShareEstimate& before, const ShareEstimate& after) {
  ShareDifference result{.change = after.share - before.share};
  result.low = result.high = result.change;
  if (before.freedom <= 0 || after.freedom <= 0) {
    return result;
  }
  const double pooled = static_cast<double>(before.samples + after.samples) /
                        static_cast<double>(before.of + after.of);
  const double one = std::max(before.variance, independent_variance(pooled, before.of));
  const double other = std::max(after.variance, independent_variance(pooled, after.of));
  result.error = std::sqrt(one + other);
  if (result.error <= 0) {  // all samples of both sides, or none
    return result;
  }
  result.freedom =
      square(one + other) / (square(one) / before.freedom + square(other) / after.freedom);
  const StudentsT distribution(result.freedom);
  const double margin =
      result.error * boost::math::quantile(distribution, 1 - (1 - kConfidence) / 2);
  result.low = std::max(result.change - margin, -1.0);
  result.high = std::min(result.change + margin, 1.0);
  result.p_value = 2 * boost::math::cdf(boost::math::complement(
                           distribution, std::abs(result.change) / result.error));
  return result;
}

double detectable_change(const ShareDifference& difference, double level) {
  if (difference.freedom <= 0) {
    return 1;
  }
  const StudentsT distribution(difference.freedom);
  const double needed = boost::math::quantile(distribution, 1 - level / 2) +
                        boost::math::quantile(distribution, kPower);
  return std::min(1.0, difference.error * needed);
}

}  // namespace culprit
