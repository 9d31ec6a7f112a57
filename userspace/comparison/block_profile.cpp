// SPDX-License-Identifier: Apache-2.0
#include "comparison/block_profile.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "aggregation/special_frames.h"
#include "containers/service_name.h"

namespace culprit {
namespace {

constexpr std::size_t kMostPlaces = 64;

/// "[libfoo.so]" for "[libfoo.so+0x12ab]": the offset is another one in every build.
std::string comparable_name(const ResolvedFrame& frame) {
  if (!is_unresolved(frame)) {
    return frame.function;
  }
  const std::size_t offset = frame.function.rfind("+0x");
  return offset == std::string::npos ? "[no module]" : frame.function.substr(0, offset) + "]";
}

std::uint32_t block_count(const Profile& profile) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(profile.window.duration).count();
  std::uint32_t blocks = static_cast<std::uint32_t>(std::max<std::int64_t>(whole, 1));
  for (const StackRow& row : profile.stacks) {
    if (!row.seconds.entries().empty()) {
      blocks = std::max(blocks, row.seconds.entries().back().second + 1);
    }
  }
  return blocks;
}

}  // namespace

double BlockProfile::cores() const {
  const double seconds = std::chrono::duration<double>(duration_).count();
  return seconds > 0 && frequency_hz_ > 0 ? static_cast<double>(samples_) / frequency_hz_ / seconds
                                          : 0;
}

void BlockProfile::weigh_place(FrameIndex index, const ResolvedFrame& frame, std::uint64_t weight) {
  Place& place = places_[index];
  const std::pair<std::string, std::uint32_t> key{frame.file, frame.line};
  if (frame.file.empty() || (place.weights.size() >= kMostPlaces && !place.weights.contains(key))) {
    return;
  }
  const std::uint64_t sum = place.weights[key] += weight;
  if (sum > place.most) {
    place.most = sum;
    frames_[index].file = frame.file;
    frames_[index].line = frame.line;
  }
}

BlockProfile::FrameIndex BlockProfile::frame_of(const ComparedName& name,
                                                const ResolvedFrame& frame) {
  const auto next = static_cast<FrameIndex>(frames_.size());
  const auto [entry, added] = known_frames_.emplace(name, next);
  if (added) {
    frames_.push_back({.name = name, .kind = frame.kind, .inlined = frame.inlined});
    places_.emplace_back();
  }
  return entry->second;
}

BlockProfile::NodeIndex BlockProfile::child_of(NodeIndex parent, FrameIndex frame) {
  const auto next = static_cast<NodeIndex>(nodes_.size());
  const std::uint64_t key = (std::uint64_t{parent} << 32U) | frame;
  const auto [entry, added] = known_nodes_.emplace(key, next);
  if (added) {
    nodes_.push_back({.frame = frame, .parent = parent});
  }
  return entry->second;
}

std::vector<BlockProfile::NodeIndex> BlockProfile::place(const CallTree& calls,
                                                         const FrameTable& frames, NodeIndex top,
                                                         const std::string& container) {
  // A frame of the table is the same compared frame wherever it stands in this tree.
  std::unordered_map<std::uint32_t, FrameIndex> known;
  const std::vector<CallTree::Node>& tree = calls.nodes();
  std::vector<NodeIndex> places(tree.size(), top);
  for (CallTree::NodeIndex index = 1; index < tree.size(); ++index) {
    const CallTree::Node& node = tree[index];
    const ResolvedFrame& frame = frames.at(node.frame);
    const auto [entry, added] = known.emplace(node.frame.value(), 0);
    if (added) {
      const PathLevel level =
          frame.module == kProcessModule ? PathLevel::Process : PathLevel::Function;
      entry->second = frame_of({level, container, comparable_name(frame), frame.module}, frame);
    }
    weigh_place(entry->second, frame, node.total);
    places[index] = child_of(places[node.parent], entry->second);
  }
  return places;
}

void BlockProfile::add(const Profile& profile, const Naming& naming) {
  std::vector<std::vector<NodeIndex>> places(profile.workloads.size());
  for (std::size_t index = 0; index < places.size(); ++index) {
    const WorkloadProfile& workload = profile.workloads[index];
    const std::optional<std::string> name = naming(workload);
    if (!name || workload.calls.total() == 0) {
      continue;
    }
    const NodeIndex top =
        name->empty() ? kRoot
                      : child_of(kRoot, frame_of({PathLevel::Container, *name, *name, {}}, {}));
    places[index] = place(workload.calls, profile.frames, top, *name);
    if (workload.kernel_activity.empty()) {
      services_[*name] = service_of(workload.container);
    }
  }
  // Threads share paths: a row for each of them would say the same thing again.
  std::map<std::pair<std::uint32_t, NodeIndex>, std::uint64_t> cells;
  for (const StackRow& row : profile.stacks) {
    const std::vector<NodeIndex>& nodes = places[row.workload.value()];
    if (nodes.empty()) {
      continue;
    }
    for (const SecondCounts::Entry& entry : row.seconds.entries()) {
      cells[{entry.second, nodes[row.node]}] += entry.count;
    }
  }
  for (const auto& [cell, count] : cells) {
    rows_.push_back({.node = cell.second, .block = blocks_ + cell.first, .samples = count});
    samples_ += count;
  }
  blocks_ += block_count(profile);
  duration_ += profile.window.duration;
  frequency_hz_ = profile.window.clock == "cycles" ? 0 : profile.window.frequency_hz;
}

void BlockProfile::rename(const std::map<std::string, std::string>& names) {
  for (ComparedFrame& frame : frames_) {
    const auto found = names.find(frame.name.container);
    if (found != names.end()) {
      frame.name.container = found->second;
      if (frame.name.level == PathLevel::Container) {
        frame.name.function = found->second;
      }
    }
  }
}

void BlockProfile::add_untimed(const CallTree& calls, const FrameTable& frames) {
  const std::vector<NodeIndex> places = place(calls, frames, kRoot, {});
  for (CallTree::NodeIndex index = 0; index < calls.nodes().size(); ++index) {
    if (const std::uint64_t self = calls.nodes()[index].self; self > 0) {
      rows_.push_back({.node = places[index], .block = 0, .samples = self});
      samples_ += self;
    }
  }
  blocks_ = 1;
  timed_ = false;
}

void match_containers(BlockProfile& before, BlockProfile& after) {
  // By service: what only one side has, before and after.
  std::map<std::string, std::array<std::vector<std::string>, 2>> alone;
  const auto find_alone = [&](const BlockProfile& one, const BlockProfile& other,
                              std::size_t side) {
    for (const auto& [name, service] : one.services()) {
      if (!other.services().contains(name)) {
        alone[service][side].push_back(name);
      }
    }
  };
  find_alone(before, after, 0);
  find_alone(after, before, 1);
  std::array<std::map<std::string, std::string>, 2> names;
  for (const auto& [service, sides] : alone) {
    if (!sides[0].empty() && !sides[1].empty()) {
      for (std::size_t side = 0; side < sides.size(); ++side) {
        for (const std::string& name : sides[side]) {
          names[side][name] = service;
        }
      }
    }
  }
  before.rename(names[0]);
  after.rename(names[1]);
}

}  // namespace culprit
