// SPDX-License-Identifier: Apache-2.0
#include "exporters/flame_tree.h"

#include <utility>

#include "base/display_text.h"
#include "report/describe.h"

namespace culprit {
namespace {

BoxKind box_kind(const ResolvedFrame& frame) {
  if (frame.inlined) {
    return BoxKind::Inlined;
  }
  switch (frame.kind) {
    case FrameKind::Kernel:
      return BoxKind::Kernel;
    case FrameKind::Python:
      return BoxKind::Python;
    case FrameKind::JavaScript:
      return BoxKind::JavaScript;
    case FrameKind::Java:
      return BoxKind::Java;
    case FrameKind::Go:
      return BoxKind::Go;
    case FrameKind::Jit:
      return BoxKind::Jit;
    case FrameKind::Inlined:
      return BoxKind::Inlined;
    case FrameKind::Native:
      break;
  }
  return BoxKind::Native;
}

std::string name_of(const std::string& function) {
  constexpr std::size_t kMostBytes = 400;
  const std::string name = displayable(function, kMostBytes);
  return name.find_first_not_of(' ') == std::string::npos ? "[unknown]" : name;
}

FlameTree::Key key_of(const ResolvedFrame& frame, bool process) {
  constexpr std::size_t kMostModuleBytes = 120;
  return {name_of(frame.function),
          process ? std::string() : displayable(frame.module, kMostModuleBytes),
          process ? BoxKind::Process : box_kind(frame)};
}

}  // namespace

FlameTree::FlameTree(std::string name) : boxes_(1) {
  boxes_.front().key.name = std::move(name);
}

FlameTree::BoxIndex FlameTree::child_of(BoxIndex parent, const Key& key) {
  const auto next = static_cast<BoxIndex>(boxes_.size());
  const auto [entry, created] = boxes_[parent].children.emplace(key, next);
  const BoxIndex index = entry->second;
  if (created) {
    boxes_.push_back({key, 0, {}});
  }
  return index;
}

std::vector<FlameTree::BoxIndex> FlameTree::add(const WorkloadProfile& workload,
                                                const FrameTable& frames) {
  if (workload.calls.total() == 0) {
    return {};
  }
  const BoxIndex container =
      child_of(kAll, {name_of(workload_name(workload)), "", BoxKind::Container});
  boxes_[kAll].samples += workload.calls.total();
  return add_below(container, workload.calls, frames);
}

void FlameTree::add(const CallTree& calls, const FrameTable& frames) {
  add_below(kAll, calls, frames);
}

std::vector<FlameTree::BoxIndex> FlameTree::add_below(BoxIndex parent, const CallTree& calls,
                                                      const FrameTable& frames) {
  const std::vector<CallTree::Node>& nodes = calls.nodes();
  std::vector<BoxIndex> box_of(nodes.size());
  box_of[CallTree::kRoot] = parent;
  boxes_[parent].samples += calls.total();
  for (CallTree::NodeIndex index = 1; index < nodes.size(); ++index) {
    const CallTree::Node& node = nodes[index];
    const bool process = node.parent == CallTree::kRoot;
    box_of[index] = child_of(box_of[node.parent], key_of(frames.at(node.frame), process));
    boxes_[box_of[index]].samples += node.total;
  }
  return box_of;
}

}  // namespace culprit
