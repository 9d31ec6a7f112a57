// SPDX-License-Identifier: Apache-2.0
#include "detectors/heaviest_function.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace culprit {
namespace {

using NodeIndex = CallTree::NodeIndex;
using FunctionName = std::pair<std::string_view, std::string_view>;

struct Function {
  std::uint64_t weight = 0;
  NodeIndex heaviest = CallTree::kRoot;
};

bool is_application(const ResolvedFrame& frame) {
  return frame.kind != FrameKind::Kernel && !is_library_frame(frame) && !is_marker_frame(frame) &&
         !is_start_frame(frame) && !is_interpreter_frame(frame);
}

/// Whether an activation of the same function holds this one: its weight is counted already.
bool is_recursive(const CallTree& calls, const FrameTable& frames, NodeIndex index) {
  const ResolvedFrame& frame = frames.at(calls.nodes()[index].frame);
  for (NodeIndex above = calls.nodes()[index].parent; above != CallTree::kRoot;
       above = calls.nodes()[above].parent) {
    if (same_function(frames.at(calls.nodes()[above].frame), frame)) {
      return true;
    }
  }
  return false;
}

std::vector<FrameId> path_to(const CallTree& calls, NodeIndex index) {
  std::vector<FrameId> path;
  for (; index != CallTree::kRoot; index = calls.nodes()[index].parent) {
    path.push_back(calls.nodes()[index].frame);
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace

FunctionPath heaviest_function(const CallTree& calls, const FrameTable& frames) {
  std::map<FunctionName, Function> functions;
  const auto& nodes = calls.nodes();
  for (NodeIndex index = 1; index < nodes.size(); ++index) {
    const ResolvedFrame& frame = frames.at(nodes[index].frame);
    if (!is_application(frame) || is_recursive(calls, frames, index)) {
      continue;
    }
    Function& function = functions[{frame.function, frame.module}];
    function.weight += nodes[index].total;
    if (function.heaviest == CallTree::kRoot ||
        nodes[index].total > nodes[function.heaviest].total) {
      function.heaviest = index;
    }
  }
  FunctionPath best;
  for (const auto& [name, function] : functions) {
    if (function.weight < best.weight) {
      continue;
    }
    auto path = path_to(calls, function.heaviest);
    if (function.weight > best.weight || path.size() > best.frames.size()) {
      best = {.frames = std::move(path), .weight = function.weight};
    }
  }
  return best;
}

}  // namespace culprit
