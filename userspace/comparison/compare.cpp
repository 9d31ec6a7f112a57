// SPDX-License-Identifier: Apache-2.0
#include "comparison/compare.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <utility>

namespace culprit {
namespace {

constexpr std::size_t kMostRows = 2000;

ComparedSide side_of(const BlockProfile& profile) {
  return {.samples = profile.samples(),
          .blocks = profile.timed() ? profile.blocks() : 0,
          .seconds = std::chrono::duration<double>(profile.duration()).count(),
          .cores = profile.cores()};
}

ComparisonResult result_without_tests(const BlockProfile& before, const BlockProfile& after) {
  if (!before.timed() || !after.timed()) {
    return ComparisonResult::Untested;
  }
  const bool enough = std::min(before.blocks(), after.blocks()) >= kFewestBlocks &&
                      std::min(before.samples(), after.samples()) > 0;
  return enough ? ComparisonResult::NoSignificantDifference : ComparisonResult::TooShort;
}

/// What cannot differ by kSmallestChange, whatever its two shares are, is left out: a mean share
/// says nothing about the difference, so leaving out by it is no choice of winners.
std::vector<PairedCounts::Frame> frames_that_matter(const PairedCounts& counts) {
  std::vector<std::pair<double, PairedCounts::Frame>> heaviest;
  for (PairedCounts::Frame frame = 0; frame < counts.frames().size(); ++frame) {
    const double share = counts.mean_share(frame);
    if (share >= kSmallestChange / 2 && counts.frames()[frame].name.level != PathLevel::Process) {
      heaviest.emplace_back(-share, frame);
    }
  }
  std::ranges::sort(heaviest);
  heaviest.resize(std::min(heaviest.size(), kMostRows));
  std::vector<PairedCounts::Frame> frames;
  frames.reserve(heaviest.size());
  for (const auto& [share, frame] : heaviest) {
    frames.push_back(frame);
  }
  return frames;
}

class Tests {
 public:
  Tests(const PairedCounts& counts, bool test) : counts_(counts), test_(test) {}

  /// `share` stays where it is until decide().
  void take(ComparedShare& share, std::array<BlockCounts, 2>& counts) {
    share.before = estimate_share(counts[kBefore], counts_.totals(kBefore));
    share.after = estimate_share(counts[kAfter], counts_.totals(kAfter));
    if (!test_) {
      share.before.freedom = share.after.freedom = 0;
    }
    share.difference = difference_of(share.before, share.after);
    const bool matters = (share.before.share + share.after.share) / 2 >= kSmallestChange / 2;
    const bool steady = share.before.seen_blocks + share.after.seen_blocks >= kFewestSeenBlocks;
    if (test_ && matters && steady && share.difference.error > 0) {
      share.tested = true;
      // A caller that does nothing but call is seen whenever its callee is: one question, not two.
      same_[{std::move(counts[kBefore]), std::move(counts[kAfter])}].push_back(&share);
    }
  }

  /// Holm: the smallest p-value is multiplied by the number of tests, the next by one less, ...
  void decide() {
    std::vector<std::vector<ComparedShare*>*> ordered;
    for (auto& [counts, shares] : same_) {
      ordered.push_back(&shares);
    }
    std::ranges::stable_sort(ordered, {}, [](const std::vector<ComparedShare*>* shares) {
      return shares->front()->difference.p_value;
    });
    double largest = 0;
    for (std::size_t rank = 0; rank < ordered.size(); ++rank) {
      const double p_value = ordered[rank]->front()->difference.p_value;
      largest =
          std::max(largest, std::min(1.0, p_value * static_cast<double>(ordered.size() - rank)));
      for (ComparedShare* share : *ordered[rank]) {
        share->adjusted_p = largest;
        share->change = change_of(*share);
      }
    }
  }

  [[nodiscard]] std::size_t count() const { return same_.size(); }

  [[nodiscard]] double detectable() const {
    double largest = same_.empty() ? 1 : 0;
    const double level = kFalseAlarms / static_cast<double>(std::max<std::size_t>(count(), 1));
    for (const auto& [counts, shares] : same_) {
      largest = std::max(largest, detectable_change(shares.front()->difference, level));
    }
    return std::max(largest, kSmallestChange);
  }

 private:
  static Change change_of(const ComparedShare& share) {
    const double change = share.difference.change;
    if (share.adjusted_p > kFalseAlarms || std::abs(change) < kSmallestChange) {
      return Change::None;
    }
    if (share.before.samples == 0 || share.after.samples == 0) {
      return change > 0 ? Change::New : Change::Gone;
    }
    return change > 0 ? Change::Grew : Change::Shrank;
  }

  const PairedCounts& counts_;
  bool test_;
  std::map<std::array<BlockCounts, 2>, std::vector<ComparedShare*>> same_;
};

double largest_change(const ComparedRow& row) {
  return std::max(std::abs(row.whole.difference.change), std::abs(row.own.difference.change));
}

void sort_rows(std::vector<ComparedRow>& rows) {
  std::ranges::stable_sort(rows, [](const ComparedRow& one, const ComparedRow& other) {
    const double change = largest_change(one), less = largest_change(other);
    return change != less ? change > less : one.frame.name < other.frame.name;
  });
}

}  // namespace

Comparison compare(const BlockProfile& before, const BlockProfile& after) {
  const PairedCounts counts(before, after);
  Comparison comparison{.result = result_without_tests(before, after),
                        .before = side_of(before),
                        .after = side_of(after),
                        .tree = difference_tree(counts)};
  const std::vector<PairedCounts::Frame> frames = frames_that_matter(counts);
  std::vector<PairedSeries> series = counts.series(frames);
  std::vector<ComparedRow> rows(frames.size());
  Tests tests(counts, comparison.result == ComparisonResult::NoSignificantDifference);
  for (std::size_t index = 0; index < frames.size(); ++index) {
    rows[index].frame = counts.frames()[frames[index]];
    tests.take(rows[index].whole, series[index].whole);
    tests.take(rows[index].own, series[index].own);
  }
  tests.decide();
  comparison.tests = tests.count();
  comparison.detectable_change = tests.detectable();
  for (ComparedRow& row : rows) {
    if (row.changed()) {
      comparison.result = ComparisonResult::Different;
    }
    const bool container = row.frame.name.level == PathLevel::Container;
    (container ? comparison.containers : comparison.functions).push_back(std::move(row));
  }
  sort_rows(comparison.containers);
  sort_rows(comparison.functions);
  return comparison;
}

}  // namespace culprit
