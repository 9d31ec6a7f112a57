// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/strong_id.h"
#include "symbols/resolved_frame.h"

namespace culprit {

/// Index of a frame in a FrameTable.
using FrameId = StrongId<struct FrameIdTag, std::uint32_t>;

/// Every distinct frame once, so that trees and paths are made of small numbers.
class FrameTable {
 public:
  FrameId intern(const ResolvedFrame& frame);
  [[nodiscard]] std::optional<FrameId> find(const ResolvedFrame& frame) const;
  [[nodiscard]] const ResolvedFrame& at(FrameId id) const { return frames_[id.value()]; }
  [[nodiscard]] std::size_t size() const { return frames_.size(); }

 private:
  std::vector<ResolvedFrame> frames_;
  std::unordered_multimap<std::size_t, std::uint32_t> by_hash_;
};

/// Counts how often each call path was seen, as a tree of frames. Paths may arrive in any order.
/// Weights stop at the largest number instead of starting again at 0. Frames are those of one
/// FrameTable: trees of different tables must not be merged. Not thread-safe.
class CallTree {
 public:
  using NodeIndex = std::uint32_t;
  static constexpr NodeIndex kRoot = 0;

  struct Node {
    FrameId frame;  ///< meaningless for the root
    NodeIndex parent = kRoot;
    std::uint64_t self = 0;   ///< weight of paths that end here
    std::uint64_t total = 0;  ///< self and everything below
    std::vector<NodeIndex> children;
  };

  CallTree() : nodes_(1) {}

  /// `path` is outermost first. Returns the node where it ends.
  NodeIndex add(std::span<const FrameId> path, std::uint64_t weight = 1);
  void merge(const CallTree& other);

  /// Node 0 is the root; children come after their parents.
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] std::uint64_t total() const { return nodes_.front().total; }

  /// The longest path from the root whose every node holds at least `share` of the total; the
  /// heaviest child goes first where several do. Empty without weight.
  [[nodiscard]] std::vector<FrameId> common_path(double share) const;

  /// Calls `visit(path, self_weight)` for each node with self weight, depth first.
  void for_each_path(
      const std::function<void(std::span<const FrameId>, std::uint64_t)>& visit) const;

 private:
  NodeIndex child_of(NodeIndex parent, FrameId frame);
  NodeIndex add_child(NodeIndex parent, FrameId frame);

  std::vector<Node> nodes_;
  /// Children of the nodes that have many, by parent and frame: a list would be slow there.
  std::unordered_map<std::uint64_t, NodeIndex> wide_;
};

}  // namespace culprit
