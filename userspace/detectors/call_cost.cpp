// SPDX-License-Identifier: Apache-2.0
#include "detectors/call_cost.h"

#include <algorithm>
#include <map>
#include <set>

#include "detectors/call_paths.h"
#include "detectors/thresholds.h"

namespace culprit {
namespace {

// Numbers under which this window's samples carry the behaviour's system calls.
std::set<std::uint32_t> call_numbers(const ProfileIndex& index, Pid pid,
                                     const std::vector<std::string_view>& names) {
  std::set<std::uint32_t> numbers;
  for (const SyscallActivity* activity : index.syscalls_of(pid)) {
    if (!activity->compat && std::ranges::find(names, activity->name) != names.end()) {
      numbers.insert(activity->number);
    }
  }
  return numbers;
}

// Threads that make the behaviour's calls; all of the process when calls were not counted by
// thread.
bool takes_part(const ProfileIndex& index, const ThreadProfile& thread,
                const std::vector<std::string_view>& names) {
  bool counted_by_thread = false;
  for (const SyscallActivity* activity : index.syscalls_of(thread.process.pid)) {
    if (activity->tid.value() == 0 || std::ranges::find(names, activity->name) == names.end()) {
      continue;
    }
    counted_by_thread = true;
    if (activity->tid == thread.tid) {
      return true;
    }
  }
  return !counted_by_thread;
}

std::uint64_t samples_inside(const ThreadProfile& thread, const std::set<std::uint32_t>& numbers) {
  std::uint64_t samples = 0;
  for (const auto& [number, count] : thread.samples_in_syscall) {
    if (number >= 0 && numbers.contains(static_cast<std::uint32_t>(number))) {
      samples += count;
    }
  }
  return samples;
}

struct ThreadShares {
  const ThreadProfile* thread = nullptr;
  std::uint64_t below = 0;   ///< the common frame
  std::uint64_t inside = 0;  ///< the behaviour's system calls
};

std::vector<ThreadShares> shares_of(const ProfileIndex& index, const Behaviour& behaviour,
                                    const std::vector<FrameId>& path) {
  std::vector<ThreadShares> shares;
  for (const Pid pid : behaviour.pids) {
    const std::set<std::uint32_t> numbers = call_numbers(index, pid, behaviour.system_calls);
    for (const ThreadProfile* thread : index.threads_of(pid)) {
      if (!takes_part(index, *thread, behaviour.system_calls)) {
        continue;
      }
      const std::uint64_t below =
          path.empty() ? 0 : weight_below(thread->calls, index.profile().frames, path);
      shares.push_back({thread, std::min(below, thread->samples),
                        std::min(samples_inside(*thread, numbers), thread->samples)});
    }
  }
  return shares;
}

enum class Method : std::uint8_t { CallPath, SystemCalls, WholeThreads };

std::uint64_t samples_by(const ThreadShares& share, Method method) {
  switch (method) {
    case Method::CallPath:
      return share.below;
    case Method::SystemCalls:
      return share.inside;
    case Method::WholeThreads:
      break;
  }
  return share.thread->samples;
}

double cores_by(const Profile& profile, const std::vector<ThreadShares>& shares, Method method) {
  double cores = 0;
  for (const ThreadShares& share : shares) {
    cores += cores_of_samples(profile, share.thread->workload, samples_by(share, method));
  }
  return cores;
}

double waited_by(const Profile& profile, const std::vector<ThreadShares>& shares, Method method) {
  double cores = 0;
  for (const ThreadShares& share : shares) {
    if (share.thread->samples > 0) {
      cores += waited_cores_of(profile, *share.thread) *
               static_cast<double>(samples_by(share, method)) /
               static_cast<double>(share.thread->samples);
    }
  }
  return cores;
}

/// Without what an interpreter calls: its functions do what the script says, and much of the
/// script's work lies beside them.
std::vector<FrameId> up_to_interpreter(const FrameTable& frames, std::vector<FrameId> path) {
  const auto innermost = std::find_if(path.rbegin(), path.rend(), [&](FrameId frame) {
    return is_interpreter_frame(frames.at(frame));
  });
  if (innermost != path.rend()) {
    path.erase(innermost.base(), path.end());
  }
  return path;
}

bool tells_where(const CallTree& stacks, const FrameTable& frames,
                 const std::vector<FrameId>& path) {
  if (static_cast<double>(stacks.total()) < thresholds::kFewestEventStacks || path.empty()) {
    return false;
  }
  const ResolvedFrame& home = frames.at(path.back());
  return !is_library_frame(home) && !is_start_frame(home) && !is_interpreter_frame(home);
}

void fill_members(const std::vector<ThreadShares>& shares, BehaviourCost& cost) {
  for (const ThreadShares& share : shares) {
    cost.threads.push_back({.process = share.thread->process, .tid = share.thread->tid});
    cost.samples += share.thread->samples;
  }
}

/// Never more than what the threads took, nor less than what is known already.
void raise_to_usual(const Profile& profile, const std::vector<ThreadShares>& shares,
                    double usual_cores, BehaviourCost& cost) {
  const double all = cores_by(profile, shares, Method::WholeThreads);
  const double usual = std::min(all, usual_cores);
  if (usual <= cost.cores) {
    return;
  }
  cost.cores = usual;
  cost.waited_cores = waited_by(profile, shares, Method::WholeThreads) * usual / all;
  cost.method = "samples of its threads, up to what so many lines usually take";
  cost.estimated = true;
}

}  // namespace

double cores_of_samples(const Profile& profile, WorkloadIndex workload, std::uint64_t samples) {
  const WorkloadProfile& of = profile.workload(workload);
  if (of.samples > 0 && of.cpu_cores > 0) {
    const double share = static_cast<double>(samples) / static_cast<double>(of.samples);
    return of.cpu_cores * std::min(1.0, share);
  }
  const double ticks = profile.window.frequency_hz * profile.seconds();
  return ticks > 0 ? static_cast<double>(samples) / ticks : 0;
}

double cores_of(const Profile& profile, const ThreadProfile& thread) {
  return cores_of_samples(profile, thread.workload, thread.samples);
}

double waited_cores_of(const Profile& profile, const ThreadProfile& thread) {
  return per_second(profile, seconds_of(thread.run_queue));
}

BehaviourCost price(const ProfileIndex& index, const Behaviour& behaviour) {
  const Profile& profile = index.profile();
  BehaviourCost cost;
  if (behaviour.event_stacks != nullptr) {
    cost.path = application_path(
        profile.frames,
        up_to_interpreter(
            profile.frames,
            common_function_path(*behaviour.event_stacks, profile.frames, thresholds::kCommonShare)
                .frames));
  }
  const std::vector<ThreadShares> shares = shares_of(index, behaviour, cost.path);
  fill_members(shares, cost);
  const double inside = cores_by(profile, shares, Method::SystemCalls);
  if (behaviour.event_stacks != nullptr &&
      tells_where(*behaviour.event_stacks, profile.frames, cost.path)) {
    const double below = cores_by(profile, shares, Method::CallPath);
    cost.cores = std::max(below, inside);
    cost.waited_cores =
        waited_by(profile, shares, below >= inside ? Method::CallPath : Method::SystemCalls);
    cost.method = below >= inside ? "samples below the common frame of its calls"
                                  : "samples inside its system calls";
    raise_to_usual(profile, shares, behaviour.usual_cores, cost);
    return cost;
  }
  const double all = cores_by(profile, shares, Method::WholeThreads);
  const double whole = std::min(all, behaviour.most_cores);
  cost.cores = std::max(inside, whole);
  // What the bound leaves of the cost, it leaves of the waiting.
  cost.waited_cores =
      all > 0 ? waited_by(profile, shares, Method::WholeThreads) * cost.cores / all : 0;
  cost.method = inside >= whole ? "samples inside its system calls"
                                : "all samples of its threads, bounded by the rate";
  cost.estimated = true;
  return cost;
}

double cores_of_processes(const ProfileIndex& index, const std::vector<std::string_view>& names) {
  double cores = 0;
  for (const ThreadProfile& thread : index.profile().threads) {
    const ProcessProfile* process = index.process(thread.process.pid);
    const std::string_view comm = process == nullptr ? thread.comm : process->comm;
    if (std::ranges::find(names, comm) != names.end()) {
      cores += cores_of(index.profile(), thread);
    }
  }
  return cores;
}

double kernel_activity_cores(const Profile& profile, std::string_view activity) {
  double cores = 0;
  for (const WorkloadProfile& workload : profile.workloads) {
    if (workload.kernel_activity == activity) {
      cores += workload.cpu_cores;
    }
  }
  return cores;
}

}  // namespace culprit
