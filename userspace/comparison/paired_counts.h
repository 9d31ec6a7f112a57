// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "comparison/block_profile.h"

namespace culprit {

/// Index of a side of a comparison.
inline constexpr std::size_t kBefore = 0, kAfter = 1;

/// One number for each block of a side.
using BlockCounts = std::vector<std::uint64_t>;

/// How often a frame was seen, block by block, on both sides.
struct PairedSeries {
  std::array<BlockCounts, 2> whole;  ///< with all that it calls; once for each sample
  std::array<BlockCounts, 2> own;    ///< where the stack ends in it
};

/// Two sides with one numbering of frames. Counts frames once a sample, however often they recur in
/// its stack. The profiles outlive this.
class PairedCounts {
 public:
  using Frame = std::uint32_t;

  PairedCounts(const BlockProfile& before, const BlockProfile& after);

  [[nodiscard]] const std::vector<ComparedFrame>& frames() const { return frames_; }
  /// The number of a side's own frame.
  [[nodiscard]] Frame number_of(std::size_t side, BlockProfile::FrameIndex frame) const {
    return numbers_[side][frame];
  }
  [[nodiscard]] const BlockProfile& side(std::size_t side) const { return *sides_[side]; }
  /// All samples of each block.
  [[nodiscard]] const BlockCounts& totals(std::size_t side) const { return totals_[side]; }
  /// The mean of both sides' shares, with callees.
  [[nodiscard]] double mean_share(Frame frame) const;

  /// For the chosen frames, in their order.
  [[nodiscard]] std::vector<PairedSeries> series(const std::vector<Frame>& chosen) const;

 private:
  void number_frames(std::size_t side);
  void count(std::size_t side);
  /// Calls visit(frame, row, own) for every frame of each row's path, once each.
  template <typename Visit>
  void for_each_frame(std::size_t side, Visit visit) const;

  std::array<const BlockProfile*, 2> sides_;
  std::vector<ComparedFrame> frames_;
  std::map<ComparedName, Frame> known_;
  std::array<std::vector<Frame>, 2> numbers_;
  std::array<BlockCounts, 2> totals_;
  std::array<std::vector<std::uint64_t>, 2> samples_;  ///< with callees, by frame
};

}  // namespace culprit
