// SPDX-License-Identifier: Apache-2.0
#include "detectors/process_storm/service_life.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display_text.h"
#include "detectors/call_cost.h"
#include "detectors/known_programs.h"
#include "detectors/process_storm/starting.h"

namespace culprit {
namespace {

constexpr std::size_t kMostPrograms = 3;
constexpr std::size_t kLongestProgram = 20;

double share_of(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : std::min(1.0, static_cast<double>(part) / static_cast<double>(whole));
}

bool is_brief(const ProfileIndex& index, const ThreadProfile& thread) {
  const ProcessProfile* process = index.process(thread.process.pid);
  return process != nullptr && process->age <= index.profile().window.duration;
}

void weigh_threads(ServiceLife& life, const ProfileIndex& index) {
  const Profile& profile = index.profile();
  std::uint64_t in_kernel = 0;
  std::uint64_t hottest = 0;
  for (const ThreadProfile& thread : profile.threads) {
    if (std::ranges::find(life.workloads, thread.workload) == life.workloads.end()) {
      continue;
    }
    in_kernel += thread.kernel_samples;
    hottest = std::max(hottest, thread.samples);
    life.cost.waited_cores += waited_cores_of(profile, thread);
    if (is_brief(index, thread)) {
      life.brief_cost.own_cores += cores_of(profile, thread);
      life.brief_cost.waited_cores += waited_cores_of(profile, thread);
    }
  }
  life.kernel_share = share_of(in_kernel, life.samples);
  life.hottest_thread = share_of(hottest, life.samples);
}

void weigh(ServiceLife& life, const ProfileIndex& index) {
  const Profile& profile = index.profile();
  std::uint64_t built = 0;
  std::uint64_t all = 0;
  std::uint64_t starting = 0;
  for (const auto& [name, count] : life.exec_names) {
    all += count;
    built += is_build_tool(name) ? count : 0;
  }
  for (const WorkloadIndex workload : life.workloads) {
    life.cost.own_cores += profile.workload(workload).cpu_cores;
    life.samples += profile.workload(workload).samples;
    starting += weight_of_starting(profile.workload(workload).calls, profile.frames);
  }
  life.starting_share = share_of(starting, life.samples);
  life.build_tool_share = share_of(built, all);
  weigh_threads(life, index);
  sort_by_cores(profile, life.workloads);
}

}  // namespace

std::string ServiceLife::top_programs(const Profile& profile) const {
  using Program = std::pair<std::uint64_t, std::string>;
  std::vector<Program> programs;
  for (const auto& [name, count] : exec_names) {
    programs.emplace_back(count, name);
  }
  std::ranges::sort(programs, std::greater<>());
  std::string text;
  for (std::size_t i = 0; i < std::min(programs.size(), kMostPrograms); ++i) {
    text += fmt::format("{}{} {}/s", i == 0 ? "" : ", ",
                        displayable(programs[i].second, kLongestProgram),
                        rate_text(per_second(profile, static_cast<double>(programs[i].first))));
  }
  return text;
}

std::vector<ServiceLife> service_lives(const Profile& profile) {
  const ProfileIndex index(profile);
  std::map<std::string, ServiceLife> services;
  for (const LifecycleActivity& activity : profile.lifecycles) {
    if (!can_be_culprit(profile, activity.workload)) {
      continue;
    }
    ServiceLife& life = services[service_of(profile, activity.workload)];
    add_workload(life.workloads, activity.workload);
    life.forks += activity.forks;
    life.execs += activity.execs;
    life.exits += activity.exits;
    life.failed_exits += activity.failed_exits;
    life.restarts += activity.restarts;
    for (const auto& [name, count] : activity.exec_names) {
      life.exec_names[name] += count;
    }
  }
  std::vector<ServiceLife> lives;
  for (auto& [name, life] : services) {
    weigh(life, index);
    lives.push_back(std::move(life));
  }
  return lives;
}

}  // namespace culprit
