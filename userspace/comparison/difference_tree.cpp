// SPDX-License-Identifier: Apache-2.0
#include "comparison/difference_tree.h"

#include <unordered_map>

namespace culprit {
namespace {

using Known = std::unordered_map<std::uint64_t, std::uint32_t>;

void add_side(DifferenceTree& tree, Known& known, const PairedCounts& counts, std::size_t side) {
  const BlockProfile& profile = counts.side(side);
  std::vector<std::uint32_t> places(profile.nodes().size(), 0);
  for (BlockProfile::NodeIndex index = 1; index < places.size(); ++index) {
    const BlockProfile::Node& node = profile.nodes()[index];
    const PairedCounts::Frame frame = counts.number_of(side, node.frame);
    const std::uint32_t parent = places[node.parent];
    const auto next = static_cast<std::uint32_t>(tree.nodes.size());
    const auto [entry, added] = known.emplace((std::uint64_t{parent} << 32U) | frame, next);
    if (added) {
      tree.nodes.push_back({.frame = frame, .parent = parent});
    }
    places[index] = entry->second;
  }
  for (const BlockProfile::Row& row : profile.rows()) {
    DifferenceTree::Node& node = tree.nodes[places[row.node]];
    (side == kBefore ? node.before_own : node.after_own) += row.samples;
  }
}

}  // namespace

DifferenceTree difference_tree(const PairedCounts& counts) {
  DifferenceTree tree{.frames = counts.frames(), .nodes = std::vector<DifferenceTree::Node>(1)};
  Known known;
  add_side(tree, known, counts, kBefore);
  add_side(tree, known, counts, kAfter);
  for (std::size_t index = tree.nodes.size(); index-- > 0;) {
    DifferenceTree::Node& node = tree.nodes[index];
    node.before += node.before_own;
    node.after += node.after_own;
    if (index > 0) {
      tree.nodes[node.parent].before += node.before;
      tree.nodes[node.parent].after += node.after;
    }
  }
  return tree;
}

}  // namespace culprit
