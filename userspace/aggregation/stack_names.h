// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "aggregation/call_tree.h"
#include "aggregation/counting.h"
#include "aggregation/profile_sources.h"
#include "aggregation/stack_store.h"

namespace culprit {

/// A stack, and the process in which its addresses mean something.
struct StackUse {
  StackHash hash;
  ProcessKey process;
  AddressSpaceId address_space;

  bool operator==(const StackUse&) const = default;
};

/// A stack as frames of the window's table, outermost first.
struct NamedStack {
  std::vector<FrameId> frames;
  StackEnd end = StackEnd::Complete;
  bool serves_softirq = false;
  std::string_view runtime;  ///< "python", "node", "java", "go" when its frames say so
  /// Where an interrupt's own frames begin; 0 when there is no interrupt in it.
  std::size_t interrupt_begin = 0;
};

/// Names each stack once per address space, many at a time. First all stacks are wanted, then they
/// are resolved, then looked up.
class StackNames {
 public:
  StackNames(const StackStore& stacks, FrameTable& frames);

  void want(const StackUse& use);
  void resolve(const ProfileSources& sources);

  /// One frame "[unknown stack]" for stacks that never came or found no room.
  [[nodiscard]] const NamedStack& at(const StackUse& use) const;
  /// True when the stack should have come and did not.
  [[nodiscard]] bool is_missing(const StackUse& use) const;
  /// True when the frame is an address without a name.
  [[nodiscard]] bool is_unresolved(FrameId frame) const {
    return traits_[frame.value()].unresolved;
  }
  /// Frames that found no room in the table.
  [[nodiscard]] std::uint64_t refused_frames() const { return refused_frames_; }

 private:
  struct Hash {
    std::size_t operator()(const StackUse& use) const {
      return mixed_hash(mixed_hash(use.hash.value(), use.address_space.value()),
                        std::hash<ProcessKey>{}(use.process));
    }
  };
  struct Traits {
    bool unresolved = false, softirq = false, interrupt = false;
    std::string_view runtime;
  };

  [[nodiscard]] StackUse normalised(const StackUse& use) const;
  FrameId intern(const ResolvedFrame& frame);
  NamedStack named(const ResolvedStack& resolved);
  void learn_traits();

  const StackStore& stacks_;
  FrameTable& frames_;
  std::vector<Traits> traits_;  ///< by FrameId
  std::unordered_map<StackUse, std::uint32_t, Hash> wanted_;
  std::vector<StackUse> order_;
  std::vector<NamedStack> named_;  ///< by position in order_
  NamedStack unknown_;
  std::uint64_t refused_frames_ = 0;
};

}  // namespace culprit
