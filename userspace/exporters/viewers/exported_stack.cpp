// SPDX-License-Identifier: Apache-2.0
#include "exporters/viewers/exported_stack.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/display_text.h"
#include "report/describe.h"

namespace culprit {
namespace {

/// The frames from below the root to `node`, outermost first.
void collect_path(const CallTree& calls, CallTree::NodeIndex node, std::vector<FrameId>& path) {
  path.clear();
  for (; node != CallTree::kRoot; node = calls.nodes()[node].parent) {
    path.push_back(calls.nodes()[node].frame);
  }
  std::reverse(path.begin(), path.end());
}

/// The first frame of a workload's path stands for its process, which labels say better. It stays
/// where nothing else is known of a stack.
std::span<const FrameId> code_of(const std::vector<FrameId>& path) {
  const std::span<const FrameId> all(path);
  return all.size() > 1 ? all.subspan(1) : all;
}

void visit_trees(const Profile& profile, const std::function<void(const ExportedStack&)>& visit) {
  std::vector<FrameId> path;
  for (const WorkloadProfile& workload : profile.workloads) {
    const std::vector<CallTree::Node>& nodes = workload.calls.nodes();
    for (CallTree::NodeIndex index = 1; index < nodes.size(); ++index) {
      if (nodes[index].self > 0) {
        collect_path(workload.calls, index, path);
        visit({.workload = &workload, .frames = code_of(path), .samples = nodes[index].self});
      }
    }
  }
}

void add_text(std::vector<StackLabel>& labels, const char* key, std::string_view text) {
  constexpr std::size_t kMostLabelBytes = 256;
  if (!text.empty()) {
    labels.push_back({.key = key, .text = displayable(text, kMostLabelBytes)});
  }
}

}  // namespace

void for_each_exported_stack(const Profile& profile,
                             const std::function<void(const ExportedStack&)>& visit) {
  if (profile.stacks.empty()) {
    visit_trees(profile, visit);
    return;
  }
  std::map<ProcessKey, const ProcessProfile*> processes;
  for (const ProcessProfile& process : profile.processes) {
    processes.emplace(process.key, &process);
  }
  std::vector<FrameId> path;
  for (const StackRow& row : profile.stacks) {
    const WorkloadProfile& workload = profile.workload(row.workload);
    collect_path(workload.calls, row.node, path);
    if (path.empty() || row.samples == 0) {
      continue;
    }
    ExportedStack stack{.workload = &workload,
                        .frames = code_of(path),
                        .samples = row.samples,
                        .seconds = &row.seconds};
    if (row.thread) {
      stack.thread = &profile.threads[*row.thread];
      const auto process = processes.find(stack.thread->process);
      stack.process = process == processes.end() ? nullptr : process->second;
    }
    visit(stack);
  }
}

std::vector<StackLabel> labels_of(const ExportedStack& stack) {
  std::vector<StackLabel> labels;
  const Container& container = stack.workload->container;
  add_text(labels, "container", workload_name(*stack.workload));
  add_text(labels, "image", container.image);
  add_text(labels, "pod", container.pod);
  if (stack.thread != nullptr) {
    const bool known = stack.process != nullptr && !stack.process->comm.empty();
    add_text(labels, "comm", known ? stack.process->comm : stack.thread->comm);
    add_text(labels, "thread", stack.thread->comm);
    labels.push_back({.key = "pid", .text = {}, .number = stack.thread->process.pid.value()});
    labels.push_back({.key = "tid", .text = {}, .number = stack.thread->tid.value()});
  }
  return labels;
}

std::uint64_t nanoseconds_per_sample(const Profile& profile) {
  constexpr double kSecond = 1e9;
  const double frequency = profile.window.frequency_hz;
  return frequency > 0 ? static_cast<std::uint64_t>(std::llround(kSecond / frequency)) : 0;
}

}  // namespace culprit
