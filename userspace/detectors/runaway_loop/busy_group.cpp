// SPDX-License-Identifier: Apache-2.0
#include "detectors/runaway_loop/busy_group.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "detectors/call_cost.h"
#include "detectors/gate.h"
#include "detectors/runaway_loop/thread_life.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

using namespace thresholds;

/// Service, function, module.
using GroupKey = std::tuple<std::string, std::string, std::string>;
using Groups = std::map<GroupKey, BusyGroup>;

FunctionPath home_of(const CallTree& all_calls, const FrameTable& frames, double share) {
  const std::optional<CallTree> scripts = read_scripts(all_calls, frames);
  const CallTree& calls = scripts ? *scripts : all_calls;
  FunctionPath home = common_function_path(calls, frames, share);
  home.frames = application_path(frames, std::move(home.frames));
  if (!home.frames.empty() && is_start_frame(frames.at(home.frames.back()))) {
    home.frames.clear();
  }
  home.weight = weight_below(calls, frames, home.frames);
  return home;
}

GroupKey key_of(const Profile& profile, const ThreadProfile& thread,
                const std::vector<FrameId>& home) {
  const std::string& service = service_of(profile, thread.workload);
  if (home.empty()) {
    return {service, "", thread.comm};
  }
  const ResolvedFrame& frame = profile.frames.at(home.back());
  return {service, frame.function, frame.module};
}

void join(BusyGroup& group, const Profile& profile, const ThreadProfile& thread) {
  group.threads.push_back(&thread);
  group.calls.merge(thread.calls);
  group.samples += thread.samples;
  group.cost.own_cores += cores_of(profile, thread);
  group.cost.waited_cores += waited_cores_of(profile, thread);
  group.to_the_end = group.to_the_end || runs_to_the_end(profile, thread);
  add_workload(group.workloads, thread.workload);
}

// Threads with too few samples for a home of their own go where most of theirs lie, else into a
// pool by name.
void join_brief_thread(Groups& groups, const Profile& profile, const ThreadProfile& thread) {
  const std::string& service = service_of(profile, thread.workload);
  for (auto& [key, group] : groups) {
    if (std::get<0>(key) != service || group.home.frames.empty()) {
      continue;
    }
    const std::uint64_t below = weight_below(thread.calls, profile.frames, group.home.frames);
    if (static_cast<double>(below) >= kCommonShare * static_cast<double>(thread.samples)) {
      join(group, profile, thread);
      return;
    }
  }
  join(groups[{service, "", thread.comm}], profile, thread);
}

// Length of the union of the processes' longest unbroken stretches.
double followed_seconds(const std::vector<const ThreadProfile*>& threads) {
  using Stretch = std::pair<KernelTime, KernelTime>;
  std::map<ProcessKey, Stretch> longest;
  for (const ThreadProfile* thread : threads) {
    const auto [place, added] =
        longest.try_emplace(thread->process, thread->first_sample, thread->last_sample);
    const Stretch& known = place->second;
    if (!added && thread->last_sample - thread->first_sample > known.second - known.first) {
      place->second = {thread->first_sample, thread->last_sample};
    }
  }
  std::vector<Stretch> stretches;
  stretches.reserve(longest.size());
  for (const auto& [process, stretch] : longest) {
    stretches.push_back(stretch);
  }
  std::ranges::sort(stretches);
  std::chrono::nanoseconds sum{0};
  KernelTime reached = stretches.empty() ? KernelTime{} : stretches.front().first;
  for (const auto& [from, until] : stretches) {
    sum += std::max(std::chrono::nanoseconds{0}, until - std::max(from, reached));
    reached = std::max(reached, until);
  }
  return seconds_of(sum);
}

void complete(BusyGroup& group, const ProfileIndex& index) {
  const Profile& profile = index.profile();
  std::ranges::stable_sort(group.threads, [](const auto* left, const auto* right) {
    return left->samples > right->samples;
  });
  sort_by_cores(profile, group.workloads);
  group.home = home_of(group.calls, profile.frames, kCommonShare);
  if (group.home.frames.empty()) {
    group.home_is_common = false;
    group.home = home_of(group.calls, profile.frames, kMajorityShare);
  }
  group.seconds = followed_seconds(group.threads);
  std::uint64_t inside = 0;
  for (const ThreadProfile* thread : group.threads) {
    for (const auto& [number, samples] : thread->samples_in_syscall) {
      inside += samples;
    }
  }
  group.syscall_share =
      group.samples > 0 ? static_cast<double>(inside) / static_cast<double>(group.samples) : 0;
  group.syscalls = summarize_syscalls(index, group.threads);
}

bool is_candidate(const Profile& profile, const ThreadProfile& thread) {
  return !thread.kernel_thread && thread.samples > 0 && can_be_culprit(profile, thread.workload) &&
         role_of(thread) == ThreadRole::Application && life_of(profile, thread).never_sleeps;
}

}  // namespace

double BusyGroup::useful_per_s(const Profile& profile) const {
  return threads.empty() ? 0
                         : per_second(profile, static_cast<double>(syscalls.useful)) /
                               static_cast<double>(threads.size());
}

std::vector<BusyGroup> busy_groups(const ProfileIndex& index) {
  const Profile& profile = index.profile();
  Groups groups;
  std::vector<const ThreadProfile*> brief;
  for (const ThreadProfile& thread : profile.threads) {
    if (!is_candidate(profile, thread)) {
      continue;
    }
    if (static_cast<double>(thread.samples) < kFewestThreadSamples) {
      brief.push_back(&thread);
      continue;
    }
    FunctionPath home = home_of(thread.calls, profile.frames, kCommonShare);
    BusyGroup& group = groups[key_of(profile, thread, home.frames)];
    join(group, profile, thread);
    group.home = std::move(home);
  }
  for (const ThreadProfile* thread : brief) {
    join_brief_thread(groups, profile, *thread);
  }
  std::vector<BusyGroup> result;
  for (auto& [key, group] : groups) {
    complete(group, index);
    result.push_back(std::move(group));
  }
  std::ranges::stable_sort(result, [](const BusyGroup& left, const BusyGroup& right) {
    return left.cost.own_cores > right.cost.own_cores;
  });
  return result;
}

bool is_silent(const Profile& profile, const BusyGroup& group) {
  const double searches = per_second(profile, static_cast<double>(group.syscalls.missing));
  return group.useful_per_s(profile) + searches / static_cast<double>(group.threads.size()) <=
             kUsefulSyscallsPerSecond &&
         group.syscall_share <= kSilentSyscallShare;
}

std::vector<LoopSuspicion> loop_suspicions(const Profile& profile) {
  const ProfileIndex index(profile);
  std::vector<LoopSuspicion> suspicions;
  for (const BusyGroup& group : busy_groups(index)) {
    if (!is_silent(profile, group) || !pass_gate(profile, group.workloads, group.cost).passed) {
      continue;
    }
    const ThreadProfile& dearest = *group.threads.front();
    suspicions.push_back(
        {.thread = {.process = dearest.process, .tid = dearest.tid}, .path = group.home.frames});
  }
  return suspicions;
}

}  // namespace culprit
