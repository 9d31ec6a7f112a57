// SPDX-License-Identifier: Apache-2.0
#include "detectors/retry_storm/pace.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

constexpr double kZ = 1.96;
constexpr double kNoJitterShare = 0.95;
constexpr std::uint64_t kFewestGaps = 10;

double sum_of(std::span<const std::uint32_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

// The seconds between the first and the last failure: before and after, nothing was wrong.
std::span<const std::uint32_t> failing_seconds(const Destination& destination) {
  const std::vector<std::uint32_t>& attempts = destination.attempts_per_second;
  const std::vector<std::uint32_t>& failures = destination.failures_per_second;
  const auto fails = [](std::uint32_t count) { return count > 0; };
  const auto begin = std::ranges::find_if(failures, fails);
  if (begin == failures.end()) {
    return attempts;
  }
  const auto rbegin = std::find_if(failures.rbegin(), failures.rend(), fails);
  const std::size_t from = static_cast<std::size_t>(begin - failures.begin());
  const std::size_t until = static_cast<std::size_t>(failures.rend() - rbegin);
  if (from >= attempts.size()) {
    return {};
  }
  return std::span(attempts).subspan(from, std::min(until, attempts.size()) - from);
}

void measure_growth(std::span<const std::uint32_t> seconds, Pace& pace) {
  // The first and last second are cut somewhere; with three in between their weight does not count.
  if (seconds.size() >= 5) {
    seconds = seconds.subspan(1, seconds.size() - 2);
  }
  const std::size_t half = seconds.size() / 2;
  const double early = sum_of(seconds.first(half));
  const double late = sum_of(seconds.last(half));
  if (early <= 0) {
    return;
  }
  if (late <= 0) {
    pace.gap_growth = pace.gap_growth_least = early;
    return;
  }
  pace.gap_growth = early / late;
  pace.gap_growth_least = pace.gap_growth * std::exp(-kZ * std::sqrt(1 / early + 1 / late));
}

void measure_gaps(const Destination& destination, Pace& pace) {
  const auto& gaps = destination.gaps;
  const std::uint64_t total = std::accumulate(gaps.begin(), gaps.end(), std::uint64_t{0});
  if (total < kFewestGaps) {
    return;
  }
  std::uint64_t seen = 0;
  std::uint64_t most_in_two = 0;
  bool found = false;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    seen += gaps.at(i);
    if (!found && 2 * seen >= total) {
      found = true;
      pace.median_gap_seconds = std::ldexp(1.0, static_cast<int>(i)) / 1000;
    }
    most_in_two = std::max(most_in_two, gaps.at(i) + (i > 0 ? gaps.at(i - 1) : 0));
  }
  pace.no_jitter = static_cast<double>(most_in_two) >= kNoJitterShare * static_cast<double>(total);
}

}  // namespace

bool Pace::backs_off() const {
  // A client that comes back within milliseconds does not wait: it gets fewer attempts done because
  // the machine has become slower.
  const bool waits = median_gap_seconds <= 0 || median_gap_seconds >= kShortestBackOffSeconds;
  return waits && gap_growth_least >= kBackOffGrowth;
}

Pace pace_of(const Profile& profile, const Destination& destination) {
  Pace pace;
  const std::span<const std::uint32_t> seconds = failing_seconds(destination);
  pace.storm_seconds = static_cast<double>(std::ranges::count_if(
      seconds, [](std::uint32_t count) { return count >= kStormAttemptsPerSecond; }));
  pace.attempts_per_s = seconds.empty()
                            ? per_second(profile, static_cast<double>(destination.tally.attempts))
                            : sum_of(seconds) / static_cast<double>(seconds.size());
  measure_growth(seconds, pace);
  measure_gaps(destination, pace);
  return pace;
}

}  // namespace culprit
