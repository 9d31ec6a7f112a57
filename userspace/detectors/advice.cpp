// SPDX-License-Identifier: Apache-2.0
#include "detectors/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cmath>

#include "base/display_text.h"
#include "detectors/profile_index.h"

namespace culprit {
namespace {

constexpr double kMostCapCores = 0.5;
constexpr double kCapStepCores = 0.05;  // what people write in a command
constexpr std::size_t kMostCommands = 3;
constexpr std::size_t kShortId = 12;
constexpr std::size_t kLongestPlace = 40;

bool is_hexadecimal(const std::string& text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Half of what it takes, so that capping helps whoever needs the other half.
double cap_for(const WorkloadProfile& workload) {
  const double half = std::floor(workload.cpu_cores / 2 / kCapStepCores) * kCapStepCores;
  return std::clamp(half, kCapStepCores, kMostCapCores);
}

/// Docker changes a limit only in the form in which it was given, and `--cpus 0` does not take one
/// away (20.10, 28.2): a container without a limit gets a quota, for that can be undone. `cores` 0:
/// no limit.
std::string docker_update(const Container& container, bool has_limit, double cores) {
  constexpr std::uint64_t kUsualPeriodMicroseconds = 100'000;
  const std::string id = container.id.substr(0, kShortId);
  if (has_limit && !container.cpu_quota_period_us) {
    return fmt::format("docker update --cpus {:.4g} {}", cores, id);
  }
  const auto period =
      static_cast<double>(container.cpu_quota_period_us.value_or(kUsualPeriodMicroseconds));
  return fmt::format("docker update --cpu-quota {} {}",
                     cores > 0 ? std::llround(cores * period) : -1, id);
}

std::optional<Advice> cap_one(const WorkloadProfile& workload) {
  const Container& container = workload.container;
  if (container.kind != WorkloadKind::Container || container.runtime != "docker" ||
      container.id.size() < kShortId || !is_hexadecimal(container.id)) {
    return std::nullopt;
  }
  const double limit = workload.cpu_limit_cores.value_or(0);
  const double cap = cap_for(workload);
  if (limit > 0 && limit <= cap) {
    return std::nullopt;  // it is capped already
  }
  Advice advice{.text = "cap its CPU until it is fixed",
                .command = docker_update(container, limit > 0, cap),
                .effect = fmt::format("caps it at {:.2g} cpu, loses nothing", cap),
                .undo = docker_update(container, limit > 0, limit),
                .risk = "it answers more slowly than it does now"};
  assert(is_safe_command(advice.command) && is_safe_command(advice.undo));
  return advice;
}

}  // namespace

bool is_safe_command(const std::string& command) {
  return std::ranges::all_of(command, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '-' || c == ' ';
  });
}

std::vector<Advice> cap_cpu(const Profile& profile, const std::vector<WorkloadIndex>& workloads) {
  std::vector<Advice> advice;
  for (const WorkloadIndex index : workloads) {
    if (std::optional<Advice> cap = cap_one(profile.workload(index)); cap) {
      advice.push_back(std::move(*cap));
    }
    if (advice.size() == kMostCommands) {
      break;
    }
  }
  return advice;
}

Advice fix_code(const Profile& profile, const std::vector<FrameId>& path, const std::string& what) {
  std::string place = function_text(profile.frames, path);
  if (!path.empty()) {
    const ResolvedFrame& frame = profile.frames.at(path.back());
    if (!frame.file.empty()) {
      const std::string file = frame.file.substr(frame.file.rfind('/') + 1);
      place += frame.line > 0
                   ? fmt::format(" ({}:{})", displayable(file, kLongestPlace), frame.line)
                   : fmt::format(" ({})", displayable(file, kLongestPlace));
    }
  }
  return {.text = fmt::format("fix {}: {}", place, what),
          .command = "",
          .effect = "",
          .undo = "",
          .risk = ""};
}

}  // namespace culprit
