// SPDX-License-Identifier: Apache-2.0
#include "aggregation/call_tree.h"

#include <algorithm>
#include <string>

#include "aggregation/counting.h"

namespace culprit {
namespace {

/// Up to here comparing each child is as fast as looking one up.
constexpr std::size_t kFewChildren = 8;

std::size_t hash_of(const ResolvedFrame& frame) {
  const std::hash<std::string> text;
  std::size_t hash = mixed_hash(text(frame.function), text(frame.file));
  hash = mixed_hash(hash, text(frame.module));
  hash = mixed_hash(hash, frame.line);
  return mixed_hash(hash, static_cast<std::uint64_t>(frame.kind) * 2 + (frame.inlined ? 1 : 0));
}

std::uint64_t wide_key(CallTree::NodeIndex parent, FrameId frame) {
  return (std::uint64_t{parent} << 32U) | frame.value();
}

}  // namespace

std::optional<FrameId> FrameTable::find(const ResolvedFrame& frame) const {
  const auto [first, last] = by_hash_.equal_range(hash_of(frame));
  for (auto candidate = first; candidate != last; ++candidate) {
    if (frames_[candidate->second] == frame) {
      return FrameId(candidate->second);
    }
  }
  return std::nullopt;
}

FrameId FrameTable::intern(const ResolvedFrame& frame) {
  if (const auto known = find(frame); known) {
    return *known;
  }
  const auto index = static_cast<std::uint32_t>(frames_.size());
  frames_.push_back(frame);
  by_hash_.emplace(hash_of(frame), index);
  return FrameId(index);
}

CallTree::NodeIndex CallTree::add_child(NodeIndex parent, FrameId frame) {
  const auto index = static_cast<NodeIndex>(nodes_.size());
  nodes_.push_back(Node{.frame = frame, .parent = parent, .self = 0, .total = 0, .children = {}});
  std::vector<NodeIndex>& children = nodes_[parent].children;
  children.push_back(index);
  if (children.size() == kFewChildren + 1) {
    for (const NodeIndex child : children) {
      wide_.emplace(wide_key(parent, nodes_[child].frame), child);
    }
  } else if (children.size() > kFewChildren) {
    wide_.emplace(wide_key(parent, frame), index);
  }
  return index;
}

CallTree::NodeIndex CallTree::child_of(NodeIndex parent, FrameId frame) {
  const std::vector<NodeIndex>& children = nodes_[parent].children;
  if (children.size() > kFewChildren) {
    const auto known = wide_.find(wide_key(parent, frame));
    return known != wide_.end() ? known->second : add_child(parent, frame);
  }
  for (const NodeIndex child : children) {
    if (nodes_[child].frame == frame) {
      return child;
    }
  }
  return add_child(parent, frame);
}

CallTree::NodeIndex CallTree::add(std::span<const FrameId> path, std::uint64_t weight) {
  NodeIndex node = kRoot;
  if (weight == 0) {
    return node;
  }
  nodes_[node].total = saturating_sum(nodes_[node].total, weight);
  for (const FrameId frame : path) {
    node = child_of(node, frame);
    nodes_[node].total = saturating_sum(nodes_[node].total, weight);
  }
  nodes_[node].self = saturating_sum(nodes_[node].self, weight);
  return node;
}

void CallTree::merge(const CallTree& other) {
  if (&other == this) {
    merge(CallTree(other));
    return;
  }
  std::vector<NodeIndex> here(other.nodes_.size(), kRoot);
  for (NodeIndex index = 0; index < other.nodes_.size(); ++index) {
    const Node& theirs = other.nodes_[index];
    if (index != kRoot) {
      here[index] = child_of(here[theirs.parent], theirs.frame);
    }
    Node& ours = nodes_[here[index]];
    ours.self = saturating_sum(ours.self, theirs.self);
    ours.total = saturating_sum(ours.total, theirs.total);
  }
}

std::vector<FrameId> CallTree::common_path(double share) const {
  const double needed = share * static_cast<double>(total());
  std::vector<FrameId> path;
  NodeIndex node = kRoot;
  while (!nodes_[node].children.empty()) {
    const std::vector<NodeIndex>& children = nodes_[node].children;
    node = *std::max_element(children.begin(), children.end(),
                             [this](NodeIndex left, NodeIndex right) {
                               return nodes_[left].total < nodes_[right].total;
                             });
    if (static_cast<double>(nodes_[node].total) < needed) {
      break;
    }
    path.push_back(nodes_[node].frame);
  }
  return path;
}

void CallTree::for_each_path(
    const std::function<void(std::span<const FrameId>, std::uint64_t)>& visit) const {
  struct Step {
    NodeIndex node;
    std::size_t depth;  ///< frames above it
  };
  std::vector<FrameId> path;
  std::vector<Step> open = {{kRoot, 0}};
  while (!open.empty()) {
    const Step step = open.back();
    open.pop_back();
    const Node& node = nodes_[step.node];
    path.resize(step.depth);
    if (step.node != kRoot) {
      path.push_back(node.frame);
    }
    if (node.self > 0) {
      visit(path, node.self);
    }
    const std::size_t depth = path.size();
    for (auto child = node.children.rbegin(); child != node.children.rend(); ++child) {
      open.push_back({*child, depth});
    }
  }
}

}  // namespace culprit
