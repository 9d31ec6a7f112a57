// SPDX-License-Identifier: Apache-2.0
#include "exporters/folded_exporter.h"

#include <cstdint>
#include <map>
#include <span>

#include "exporters/stack_names.h"
#include "report/describe.h"

namespace culprit {
namespace {

/// Paths that differ by line numbers only are one line of this format.
using Lines = std::map<std::string, std::uint64_t>;

void add_paths(Lines& lines, const CallTree& calls, const FrameTable& frames,
               const std::string& root) {
  calls.for_each_path([&](std::span<const FrameId> path, std::uint64_t weight) {
    std::string line = root;
    for (const FrameId id : path) {
      line += line.empty() ? "" : ";";
      line += folded_frame(frames.at(id));
    }
    lines[line] += weight;
  });
}

void add_lines(Lines& lines, const Profile& profile, const WorkloadProfile& workload) {
  const std::string name = folded_name(workload.kernel_activity.empty() ? workload_name(workload)
                                                                        : workload.kernel_activity);
  add_paths(lines, workload.calls, profile.frames, name);
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const auto& [line, samples] : lines) {
    text += line;
    text += ' ';
    text += std::to_string(samples);
    text += '\n';
  }
  return text;
}

}  // namespace

std::string FoldedExporter::write(const Report& report) const {
  Lines lines;
  for (const WorkloadProfile& workload : report.profile.workloads) {
    add_lines(lines, report.profile, workload);
  }
  return joined(lines);
}

std::string folded_stacks(const CallTree& calls, const FrameTable& frames) {
  Lines lines;
  add_paths(lines, calls, frames, {});
  return joined(lines);
}

std::string folded_stacks(const Profile& profile, const WorkloadProfile& workload) {
  Lines lines;
  add_lines(lines, profile, workload);
  return joined(lines);
}

}  // namespace culprit
