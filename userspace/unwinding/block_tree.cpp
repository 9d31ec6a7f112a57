// SPDX-License-Identifier: Apache-2.0
#include "unwinding/block_tree.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <iterator>
#include <utility>

namespace culprit {
namespace {

constexpr std::size_t kEntries = CULPRIT_UNWIND_BLOCK_ENTRIES;
/// Of an address within a leaf. One more would make entries that look unused.
constexpr std::uint32_t kMaxLeafOffset = 0xfffe;

culprit_unwind_block unused_block() {
  culprit_unwind_block block;
  std::ranges::fill(block.entries, CULPRIT_UNWIND_UNUSED);
  return block;
}

struct Level {
  std::vector<culprit_unwind_block> blocks;
  std::vector<std::uint32_t> lowest;  ///< address of each
};

Level leaves_of(const UnwindTable& table, std::span<const std::uint16_t> rule_numbers) {
  Level leaves;
  std::size_t used = kEntries;
  for (const UnwindRow& row : table.rows) {
    if (used == kEntries || row.address - leaves.lowest.back() > kMaxLeafOffset) {
      leaves.blocks.push_back(unused_block());
      leaves.lowest.push_back(row.address);
      used = 0;
    }
    const std::uint32_t offset = row.address - leaves.lowest.back();
    leaves.blocks.back().entries[used++] = offset << 16U | rule_numbers[row.rule];
  }
  return leaves;
}

/// The level whose entries are the lowest addresses of the children, which fill it in order.
Level parents_of(std::span<const std::uint32_t> lowest_of_children) {
  Level parents;
  for (std::size_t first = 0; first < lowest_of_children.size(); first += kEntries) {
    const auto children =
        lowest_of_children.subspan(first, std::min(kEntries, lowest_of_children.size() - first));
    culprit_unwind_block block = unused_block();
    std::ranges::copy(children, std::begin(block.entries));
    parents.blocks.push_back(block);
    parents.lowest.push_back(children.front());
  }
  return parents;
}

/// Position of the last entry that is not above `value`; the first when all are.
std::size_t last_not_above(const culprit_unwind_block& block, std::uint64_t value) {
  const auto* const after = std::ranges::upper_bound(block.entries, value);
  const auto count = static_cast<std::size_t>(after - std::begin(block.entries));
  return count == 0 ? 0 : count - 1;
}

}  // namespace

Result<BlockTree> lay_out_blocks(const UnwindTable& table,
                                 std::span<const std::uint16_t> rule_numbers) {
  assert(rule_numbers.size() == table.rules.size());
  Level leaves = leaves_of(table, rule_numbers);
  Level root = parents_of(leaves.lowest);
  Level middle;
  if (root.blocks.size() > 1) {
    middle = std::move(root);
    root = parents_of(middle.lowest);
  }
  if (root.blocks.size() > 1) {
    return Error("an unwind table has more rows than are searched");
  }
  if (root.blocks.empty()) {
    root.blocks.push_back(unused_block());
  }
  BlockTree tree{.blocks = std::move(root.blocks),
                 .middle_blocks = static_cast<std::uint32_t>(middle.blocks.size())};
  tree.blocks.reserve(1 + middle.blocks.size() + leaves.blocks.size());
  tree.blocks.insert(tree.blocks.end(), middle.blocks.begin(), middle.blocks.end());
  tree.blocks.insert(tree.blocks.end(), leaves.blocks.begin(), leaves.blocks.end());
  return tree;
}

std::uint16_t find_rule_number(std::span<const culprit_unwind_block> blocks,
                               std::uint32_t middle_blocks, std::uint64_t relative_address) {
  if (blocks.size() < 2) {
    return 0;
  }
  // Unused entries are above every address that is looked for.
  const std::uint64_t address = std::min<std::uint64_t>(relative_address, UINT32_MAX - 1);
  const culprit_unwind_block* parent = blocks.data();
  std::size_t position = last_not_above(*parent, address);
  std::size_t leaf = 1 + middle_blocks + position;
  if (middle_blocks != 0) {
    parent = &blocks[1 + position];
    leaf = 1 + middle_blocks + position * kEntries;
    position = last_not_above(*parent, address);
    leaf += position;
  }
  const std::uint32_t lowest = parent->entries[position];
  if (address < lowest) {
    return 0;
  }
  const std::uint64_t offset = std::min<std::uint64_t>(address - lowest, kMaxLeafOffset);
  const culprit_unwind_block& rows = blocks[leaf];
  const std::uint32_t entry = rows.entries[last_not_above(rows, offset << 16U | 0xffffU)];
  return static_cast<std::uint16_t>(entry & 0xffffU);
}

}  // namespace culprit
