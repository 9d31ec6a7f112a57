// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "unwinding/unwind_table.h"

namespace culprit {

/// A table as the kernel part searches it; see abi/unwind_table.h.
struct BlockTree {
  std::vector<culprit_unwind_block> blocks;
  std::uint32_t middle_blocks = 0;
};

/// `rule_numbers` gives for each rule of the table its number in the book of all rules; addresses
/// in the blocks are relative to the table's lowest. Error: more rows than a tree holds.
Result<BlockTree> lay_out_blocks(const UnwindTable& table,
                                 std::span<const std::uint16_t> rule_numbers);

/// What the kernel part finds at an address relative to the table's lowest: the number of a rule,
/// 0 when there is none.
std::uint16_t find_rule_number(std::span<const culprit_unwind_block> blocks,
                               std::uint32_t middle_blocks, std::uint64_t relative_address);
inline std::uint16_t find_rule_number(const BlockTree& tree, std::uint64_t relative_address) {
  return find_rule_number(tree.blocks, tree.middle_blocks, relative_address);
}

}  // namespace culprit
