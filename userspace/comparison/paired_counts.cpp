// SPDX-License-Identifier: Apache-2.0
#include "comparison/paired_counts.h"

#include <limits>

namespace culprit {

PairedCounts::PairedCounts(const BlockProfile& before, const BlockProfile& after)
    : sides_{&before, &after} {
  // What is known of a frame is shown as it is afterwards, where it still exists.
  number_frames(kAfter);
  number_frames(kBefore);
  count(kBefore);
  count(kAfter);
}

void PairedCounts::number_frames(std::size_t side) {
  for (const ComparedFrame& frame : sides_[side]->frames()) {
    const auto next = static_cast<Frame>(frames_.size());
    const auto [entry, added] = known_.emplace(frame.name, next);
    if (added) {
      frames_.push_back(frame);
    }
    numbers_[side].push_back(entry->second);
  }
}

template <typename Visit>
void PairedCounts::for_each_frame(std::size_t side, Visit visit) const {
  const BlockProfile& profile = *sides_[side];
  std::vector<std::size_t> seen_in(frames_.size(), std::numeric_limits<std::size_t>::max());
  for (std::size_t index = 0; index < profile.rows().size(); ++index) {
    const BlockProfile::Row& row = profile.rows()[index];
    for (BlockProfile::NodeIndex node = row.node; node != BlockProfile::kRoot;
         node = profile.nodes()[node].parent) {
      const Frame frame = numbers_[side][profile.nodes()[node].frame];
      if (seen_in[frame] != index) {
        seen_in[frame] = index;
        visit(frame, row, node == row.node);
      }
    }
  }
}

void PairedCounts::count(std::size_t side) {
  samples_[side].assign(frames_.size(), 0);
  totals_[side].assign(sides_[side]->blocks(), 0);
  for (const BlockProfile::Row& row : sides_[side]->rows()) {
    totals_[side][row.block] += row.samples;
  }
  for_each_frame(side, [&](Frame frame, const BlockProfile::Row& row, bool /*own*/) {
    samples_[side][frame] += row.samples;
  });
}

double PairedCounts::mean_share(Frame frame) const {
  double sum = 0;
  for (const std::size_t side : {kBefore, kAfter}) {
    const std::uint64_t of = sides_[side]->samples();
    sum += of == 0 ? 0 : static_cast<double>(samples_[side][frame]) / static_cast<double>(of);
  }
  return sum / 2;
}

std::vector<PairedSeries> PairedCounts::series(const std::vector<Frame>& chosen) const {
  constexpr auto kNotChosen = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> places(frames_.size(), kNotChosen);
  std::vector<PairedSeries> result(chosen.size());
  for (std::size_t index = 0; index < chosen.size(); ++index) {
    places[chosen[index]] = index;
    for (const std::size_t side : {kBefore, kAfter}) {
      result[index].whole[side].assign(sides_[side]->blocks(), 0);
      result[index].own[side].assign(sides_[side]->blocks(), 0);
    }
  }
  for (const std::size_t side : {kBefore, kAfter}) {
    for_each_frame(side, [&](Frame frame, const BlockProfile::Row& row, bool own) {
      if (places[frame] != kNotChosen) {
        PairedSeries& series = result[places[frame]];
        series.whole[side][row.block] += row.samples;
        series.own[side][row.block] += own ? row.samples : 0;
      }
    });
  }
  return result;
}

}  // namespace culprit
