// SPDX-License-Identifier: Apache-2.0
#include "unwinding/mapping_pool.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace culprit {
namespace {

/// A walk takes microseconds; a virtual CPU that is not scheduled may be in the middle of one.
constexpr std::chrono::milliseconds kRest{500};

constexpr culprit_unwind_mapping kUnused{
    .start = std::numeric_limits<std::uint64_t>::max(),
    .end = 0,
    .bias = 0,
    .table = CULPRIT_TABLE_NONE,
    .middle_blocks = 0,
};

}  // namespace

MappingPool::MappingPool(std::span<culprit_unwind_mappings> blocks)
    : blocks_(blocks), taken_(blocks.size(), false) {}

void MappingPool::wake(KernelTime now) {
  while (!resting_.empty() && resting_.front().until <= now) {
    const BlockRun run = resting_.front().run;
    std::fill_n(taken_.begin() + run.first, run.count, false);
    used_ -= run.count;
    resting_.pop_front();
  }
}

std::optional<BlockRun> MappingPool::take(std::uint32_t count, KernelTime now) {
  wake(now);
  const auto place = std::search_n(taken_.begin(), taken_.end(), count, false);
  if (place == taken_.end() || count == 0) {
    return std::nullopt;
  }
  std::fill_n(place, count, true);
  used_ += count;
  return BlockRun{.first = static_cast<std::uint32_t>(place - taken_.begin()), .count = count};
}

void MappingPool::give_back(const BlockRun& run, KernelTime now) {
  resting_.push_back({.run = run, .until = now + kRest});
}

void MappingPool::write(const BlockRun& run, std::span<const culprit_unwind_mapping> mappings) {
  assert(mappings.size() <= std::size_t{run.count} * CULPRIT_UNWIND_BLOCK_MAPPINGS);
  for (std::uint32_t block = run.first; block < run.first + run.count; ++block) {
    const std::size_t here = std::min<std::size_t>(mappings.size(), CULPRIT_UNWIND_BLOCK_MAPPINGS);
    const auto place = mappings_of(block);
    std::copy_n(mappings.begin(), here, place.begin());
    std::fill(place.begin() + static_cast<std::ptrdiff_t>(here), place.end(), kUnused);
    mappings = mappings.subspan(here);
  }
}

}  // namespace culprit
