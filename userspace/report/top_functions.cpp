// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "report/describe.h"

namespace culprit {
namespace {

struct Tally {
  std::uint64_t samples = 0;
  std::map<FrameId, std::uint64_t> by_line;
};

/// For each node the node whose function its own samples count for; empty: none is known.
std::vector<std::optional<CallTree::NodeIndex>> owners(const CallTree& calls,
                                                       const FrameTable& frames) {
  const std::vector<CallTree::Node>& nodes = calls.nodes();
  std::vector<std::optional<CallTree::NodeIndex>> owner(nodes.size());
  for (CallTree::NodeIndex index = 1; index < nodes.size(); ++index) {
    const CallTree::Node& node = nodes[index];
    if (node.parent == CallTree::kRoot) {
      continue;
    }
    const bool kernel = frames.at(node.frame).kind == FrameKind::Kernel;
    const std::optional<CallTree::NodeIndex> caller = owner[node.parent];
    const bool for_caller =
        kernel && caller && frames.at(nodes[*caller].frame).kind != FrameKind::Kernel;
    owner[index] = for_caller ? caller : std::optional(index);
  }
  return owner;
}

}  // namespace

std::vector<FunctionShare> top_functions(const CallTree& calls, const FrameTable& frames,
                                         std::size_t limit) {
  const auto owner = owners(calls, frames);
  std::map<std::pair<std::string, std::string>, Tally> tallies;
  for (CallTree::NodeIndex index = 1; index < owner.size(); ++index) {
    const std::uint64_t self = calls.nodes()[index].self;
    if (self == 0 || !owner[index]) {
      continue;
    }
    const FrameId id = calls.nodes()[*owner[index]].frame;
    const ResolvedFrame& frame = frames.at(id);
    Tally& tally = tallies[{frame.function, frame.module}];
    tally.samples += self;
    tally.by_line[id] += self;
  }
  std::vector<FunctionShare> shares;
  for (const auto& [name, tally] : tallies) {
    const auto most = std::max_element(
        tally.by_line.begin(), tally.by_line.end(),
        [](const auto& left, const auto& right) { return left.second < right.second; });
    shares.push_back({most->first, tally.samples,
                      static_cast<double>(tally.samples) / static_cast<double>(calls.total())});
  }
  // The map's order by name decides between equals, so that the same window reads the same.
  std::stable_sort(shares.begin(), shares.end(),
                   [](const FunctionShare& left, const FunctionShare& right) {
                     return left.samples > right.samples;
                   });
  shares.resize(std::min(shares.size(), limit));
  return shares;
}

}  // namespace culprit
