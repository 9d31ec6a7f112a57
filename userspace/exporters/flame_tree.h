// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "aggregation/profile.h"

namespace culprit {

/// What a box of a flame graph stands for; its colour says so.
enum class BoxKind : std::uint8_t {
  All,
  Container,
  Process,
  Kernel,
  Native,
  Inlined,
  Python,
  JavaScript,
  Java,
  Go,
  Jit
};

/// The call paths of a flame graph with paths merged that differ by lines or addresses only. Names
/// are displayable. Boxes below one parent come in the order of their names.
class FlameTree {
 public:
  using BoxIndex = std::uint32_t;
  static constexpr BoxIndex kAll = 0;

  /// Two boxes below one parent with equal keys are one box.
  struct Key {
    std::string name;
    std::string module;
    BoxKind kind = BoxKind::All;

    bool operator<(const Key& other) const {
      return std::tie(name, module, kind) < std::tie(other.name, other.module, other.kind);
    }
  };

  struct Box {
    Key key;
    std::uint64_t samples = 0;
    std::map<Key, BoxIndex> children;
  };

  explicit FlameTree(std::string name = "all");

  /// Adds a workload as one box below "all"; the tree's first level are its processes. Returns the
  /// box of each node of its call tree; nothing when it has no samples.
  std::vector<BoxIndex> add(const WorkloadProfile& workload, const FrameTable& frames);

  /// The paths of a tree that belongs to no container; its first level are processes.
  void add(const CallTree& calls, const FrameTable& frames);

  [[nodiscard]] const std::vector<Box>& boxes() const { return boxes_; }
  [[nodiscard]] std::uint64_t samples() const { return boxes_.front().samples; }

 private:
  std::vector<BoxIndex> add_below(BoxIndex parent, const CallTree& calls, const FrameTable& frames);
  BoxIndex child_of(BoxIndex parent, const Key& key);

  std::vector<Box> boxes_;
};

}  // namespace culprit
