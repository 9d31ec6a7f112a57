// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "abi/unwind_space.h"
#include "base/kernel_time.h"

namespace culprit {

/// Some blocks in a row of the pool.
struct BlockRun {
  std::uint32_t first = 0;
  std::uint32_t count = 0;

  bool operator==(const BlockRun&) const = default;
};

/// Hands out the blocks in which mappings of address spaces are kept. The memory is shared with the
/// kernel part, which may still be reading a run after it was given back: it is not handed out
/// again for a while.
class MappingPool {
 public:
  /// `blocks` outlives this.
  explicit MappingPool(std::span<culprit_unwind_mappings> blocks);

  /// Nothing when there is no such run free.
  std::optional<BlockRun> take(std::uint32_t count, KernelTime now);
  void give_back(const BlockRun& run, KernelTime now);

  /// Sorted mappings into the run; what is left over is marked as unused.
  void write(const BlockRun& run, std::span<const culprit_unwind_mapping> mappings);
  [[nodiscard]] std::span<culprit_unwind_mapping> mappings_of(std::uint32_t block) {
    return blocks_[block].mappings;
  }
  /// Some will be free in a moment.
  [[nodiscard]] bool resting() const { return !resting_.empty(); }
  [[nodiscard]] std::uint32_t used() const { return used_; }

 private:
  struct Resting {
    BlockRun run;
    KernelTime until;
  };

  void wake(KernelTime now);

  std::span<culprit_unwind_mappings> blocks_;
  std::vector<bool> taken_;
  std::deque<Resting> resting_;
  std::uint32_t used_ = 0;
};

}  // namespace culprit
