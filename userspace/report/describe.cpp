// SPDX-License-Identifier: Apache-2.0
#include "report/describe.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace culprit {

std::string kernel_activity_name(std::string_view name) {
  constexpr std::string_view kPrefix = "kernel:";
  if (name.substr(0, kPrefix.size()) != kPrefix) {
    return std::string(name);
  }
  name.remove_prefix(kPrefix.size());
  return name == "threads" ? "kernel threads" : std::string(name);
}

std::string workload_name(const WorkloadProfile& workload) {
  if (!workload.kernel_activity.empty()) {
    return kernel_activity_name(workload.kernel_activity);
  }
  if (!workload.container.name.empty()) {
    return workload.container.name;
  }
  constexpr std::size_t kShortId = 12;
  return workload.container.id.empty() ? "[unnamed]" : workload.container.id.substr(0, kShortId);
}

std::string_view confidence_word(double confidence) {
  // The number beside it is printed with two digits: 0.80 is always the same word.
  const double shown = std::round(confidence * 100) / 100;
  if (shown >= 0.8) {
    return "high";
  }
  return shown >= 0.5 ? "medium" : "low";
}

std::string_view role_name(FindingRole role) {
  switch (role) {
    case FindingRole::Culprit:
      return "culprit";
    case FindingRole::Contributing:
      return "contributing";
    case FindingRole::Context:
      break;
  }
  return "context";
}

std::string_view target_kind_name(TargetKind kind) {
  constexpr std::array<std::string_view, 8> kNames = {"tcp",    "udp",    "unix",    "file",
                                                      "stdout", "stderr", "journal", "syslog"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::string_view frame_kind_name(FrameKind kind) {
  switch (kind) {
    case FrameKind::Kernel:
      return "kernel";
    case FrameKind::Native:
      return "native";
    case FrameKind::Python:
      return "python";
    case FrameKind::JavaScript:
      return "javascript";
    case FrameKind::Java:
      return "java";
    case FrameKind::Go:
      return "go";
    case FrameKind::Jit:
      return "jit";
    case FrameKind::Inlined:
      break;
  }
  return "inlined";
}

std::string_view place_role(FindingKind kind) {
  switch (kind) {
    case FindingKind::RunawayLoop:
      return "loop";
    case FindingKind::BusyPoll:
      return "poll loop";
    case FindingKind::RetryStorm:
    case FindingKind::StartOrder:
    case FindingKind::DestinationDown:
      return "connect call";
    case FindingKind::RequestStorm:
      return "request call";
    case FindingKind::LogFlood:
    case FindingKind::DiskFilling:
      return "write call";
    case FindingKind::LockContention:
      return "waiting for a lock";
    default:
      return "hottest function";
  }
}

const WorkloadProfile* dearest_workload(const Profile& profile, const Finding& finding) {
  if (finding.workloads.empty() || finding.workloads.front().value() >= profile.workloads.size()) {
    return nullptr;
  }
  return &profile.workload(finding.workloads.front());
}

const ResolvedFrame* blamed_frame(const Profile& profile, const Finding& finding) {
  if (finding.where.empty() || finding.where.back().value() >= profile.frames.size()) {
    return nullptr;
  }
  return &profile.frames.at(finding.where.back());
}

std::string source_of(const ResolvedFrame& frame) {
  if (frame.file.empty()) {
    return frame.module;
  }
  return frame.line == 0 ? frame.file : frame.file + ":" + std::to_string(frame.line);
}

std::string describe_target(const FindingTarget& target) {
  std::string text;
  switch (target.kind) {
    case TargetKind::Tcp:
    case TargetKind::Udp: {
      const bool v6 = target.address.find(':') != std::string::npos;
      text = v6 ? "[" + target.address + "]" : target.address;
      if (target.port != 0) {
        text += ":" + std::to_string(target.port);
      }
      break;
    }
    case TargetKind::Unix:
      text = target.path.empty() ? target.address : target.path;
      break;
    case TargetKind::File:
      text = target.path;
      break;
    default:
      text = target_kind_name(target.kind);
  }
  if (text.empty()) {
    text = target_kind_name(target.kind);
  }
  const std::string& known_as = target.container.empty() ? target.hostname : target.container;
  return known_as.empty() ? text : text + " (" + known_as + ")";
}

const ProcessProfile* find_process(const Profile& profile, const ProcessKey& key) {
  const auto found =
      std::find_if(profile.processes.begin(), profile.processes.end(),
                   [&](const ProcessProfile& process) { return process.key == key; });
  return found == profile.processes.end() ? nullptr : &*found;
}

std::optional<std::chrono::nanoseconds> age_of(const Profile& profile, const Container& container) {
  if (!container.started_at) {
    return std::nullopt;
  }
  return profile.window.start + profile.window.duration - *container.started_at;
}

std::string_view image_tag(std::string_view image) {
  const std::size_t digest = image.find('@');
  image = image.substr(0, digest);
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  // A colon before the last slash is a registry's port.
  if (colon == std::string_view::npos || (slash != std::string_view::npos && colon < slash)) {
    return {};
  }
  return image.substr(colon + 1);
}

}  // namespace culprit
