// SPDX-License-Identifier: Apache-2.0
#include "support/timed_profile.h"

#include <chrono>

#include "aggregation/special_frames.h"

namespace culprit {

TimedProfile::TimedProfile(std::uint32_t seconds, double frequency_hz) {
  profile.host.name = "testhost";
  profile.host.cpus = 2;
  profile.window.duration = std::chrono::seconds(seconds);
  profile.window.frequency_hz = frequency_hz;
  profile.window.clock = "cpu-clock";
}

std::size_t TimedProfile::container(const std::string& name, const std::string& image) {
  WorkloadProfile workload;
  workload.container.name = name;
  workload.container.image = image;
  workload.container.id = std::string(60, 'a') + std::to_string(1000 + profile.workloads.size());
  profile.workloads.push_back(std::move(workload));
  return profile.workloads.size() - 1;
}

void TimedProfile::samples(std::size_t container, std::uint32_t second, std::uint64_t count,
                           const std::vector<ResolvedFrame>& path) {
  WorkloadProfile& workload = profile.workloads[container];
  std::vector<FrameId> frames = {profile.frames.intern(process_frame("server"))};
  for (const ResolvedFrame& frame : path) {
    frames.push_back(profile.frames.intern(frame));
  }
  StackRow row{.workload = WorkloadIndex(static_cast<std::uint32_t>(container)),
               .node = workload.calls.add(frames, count),
               .samples = count};
  row.seconds.add(second, count);
  profile.stacks.push_back(std::move(row));
  workload.samples += count;
  profile.samples += count;
}

void TimedProfile::samples(std::size_t container, std::uint32_t second, std::uint64_t count,
                           const std::vector<std::string>& path) {
  std::vector<ResolvedFrame> frames;
  for (const std::string& function : path) {
    frames.push_back(server_frame(function));
  }
  samples(container, second, count, frames);
}

ResolvedFrame server_frame(const std::string& function) {
  return {.function = function, .file = "server.c", .line = 10, .module = "server"};
}

}  // namespace culprit
