// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "detectors/call_paths.h"
#include "report/describe.h"

namespace culprit {
namespace {

struct Tally {
  std::uint64_t samples = 0;
  std::map<FrameId, std::uint64_t> by_line;
};

/// What the interpreter does for the script's function that runs: adding, calling, freeing.
bool serves_script(const ResolvedFrame& frame, const ResolvedFrame& caller) {
  return is_script_frame(caller) && !is_script_frame(frame) &&
         (is_library_frame(frame) || frame.module.starts_with("libpython") ||
          frame.module.starts_with("python"));
}

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
    const bool for_script =
        caller && serves_script(frames.at(node.frame), frames.at(nodes[*caller].frame));
    owner[index] = for_caller || for_script ? caller : std::optional(index);
  }
  return owner;
}

using Tallies = std::map<std::pair<std::string, std::string>, Tally>;

std::vector<FunctionShare> shares_of(const Tallies& tallies, const CallTree& calls,
                                     std::size_t limit) {
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

}  // namespace

std::vector<FunctionShare> top_functions(const CallTree& calls, const FrameTable& frames,
                                         std::size_t limit) {
  const auto owner = owners(calls, frames);
  Tallies tallies;
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
  return shares_of(tallies, calls, limit);
}

std::vector<FunctionShare> functions_with_callees(const CallTree& calls, const FrameTable& frames,
                                                  std::size_t limit) {
  Tallies tallies;
  calls.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    std::set<std::pair<std::string, std::string>> counted;  // a recursive function counts once
    for (const FrameId id : path) {
      const ResolvedFrame& frame = frames.at(id);
      if (frame.kind != FrameKind::Kernel && counted.emplace(frame.function, frame.module).second) {
        Tally& tally = tallies[{frame.function, frame.module}];
        tally.samples += weight;
        tally.by_line[id] += weight;
      }
    }
  });
  return shares_of(tallies, calls, limit);
}

}  // namespace culprit
