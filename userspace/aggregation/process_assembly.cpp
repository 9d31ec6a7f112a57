// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <utility>

#include "aggregation/host_assembly.h"
#include "aggregation/limits.h"
#include "aggregation/special_frames.h"
#include "base/display_text.h"

namespace culprit {
namespace {

/// Collects processes in the order in which they matter, each once.
class ProcessList {
 public:
  void add(ProcessKey process, WorkloadIndex workload) {
    if (process.pid == Pid(0) || positions_.contains(process)) {
      return;
    }
    if (order_.size() >= kProcessRowLimit) {
      ++refused_;
      return;
    }
    positions_.emplace(process, order_.size());
    order_.emplace_back(process, workload);
  }

  [[nodiscard]] const std::vector<std::pair<ProcessKey, WorkloadIndex>>& order() const {
    return order_;
  }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  std::map<ProcessKey, std::size_t> positions_;
  std::vector<std::pair<ProcessKey, WorkloadIndex>> order_;
  std::uint64_t refused_ = 0;
};

ProcessList list_processes(BuildContext& context) {
  ProcessList list;
  for (const ThreadProfile& thread : context.profile.threads) {
    list.add(thread.process, thread.workload);
  }
  const auto add = [&](Pid pid, WorkloadIndex workload) {
    if (pid != Pid(0)) {
      list.add(context.processes.key_of(pid), workload);
    }
  };
  for (const ConnectActivity& activity : context.profile.connects) {
    for (const Pid pid : activity.pids) {
      add(pid, activity.workload);
    }
  }
  for (const WriteActivity& activity : context.profile.writes) {
    for (const Pid pid : activity.pids) {
      add(pid, activity.workload);
    }
  }
  for (const ExchangeActivity& activity : context.profile.exchanges) {
    add(activity.pid, activity.workload);
  }
  for (const SyscallActivity& activity : context.profile.syscalls) {
    add(activity.pid, activity.workload);
  }
  return list;
}

/// What a process's own threads are called, where nobody has looked it up.
std::map<ProcessKey, std::string> thread_names(const Profile& profile) {
  std::map<ProcessKey, std::string> names;
  for (const ThreadProfile& thread : profile.threads) {
    const bool leader = thread.tid.value() == thread.process.pid.value();
    const auto [known, added] = names.try_emplace(thread.process, thread.comm);
    if (!added && leader) {
      known->second = thread.comm;
    }
  }
  return names;
}

void fill(ProcessProfile& process, const ProcessFacts& facts, const Window& window) {
  process.parent = facts.parent;
  process.inner_pid = facts.inner_pid;
  process.comm = facts.comm;
  process.executable = facts.executable;
  process.command_line = facts.command_line;
  process.started_at = facts.started_at;
  process.lifetime_cpu = facts.lifetime_cpu;
  process.runtime = runtime_of_executable(facts.executable);
  if (facts.started_at) {
    const auto end = window.start + window.duration;
    process.age =
        std::max(std::chrono::nanoseconds(0),
                 std::chrono::duration_cast<std::chrono::nanoseconds>(end - *facts.started_at));
  }
}

}  // namespace

void assemble_processes(BuildContext& context, const SampleTotals& totals) {
  const ProcessList list = list_processes(context);
  const std::map<ProcessKey, std::string> names = thread_names(context.profile);
  for (const auto& [key, workload] : list.order()) {
    ProcessProfile process;
    process.key = key;
    process.workload = workload;
    if (const ProcessFacts* facts = context.processes.facts(key); facts != nullptr) {
      fill(process, *facts, context.profile.window);
    }
    if (const auto name = names.find(key); process.comm.empty() && name != names.end()) {
      process.comm = name->second;
    }
    if (const auto seen = totals.runtimes.find(key); seen != totals.runtimes.end()) {
      process.runtime = seen->second;
    }
    context.profile.processes.push_back(std::move(process));
  }
  context.losses.add("process_row_folded", list.refused());
}

void assemble_losses(BuildContext& context) {
  const Observations& seen = context.seen;
  LossTally& losses = context.losses;
  losses.add("cgroup_table_full", seen.cgroups.refused());
  losses.add("stack_store_full", seen.stacks.refused());
  losses.add("usage_table_full", seen.usages.refused());
  losses.add("sample_thread_folded", seen.samples.without_thread());
  losses.add("sample_stack_folded", seen.samples.rows().folded());
  losses.add("syscall_row_folded", seen.syscalls.rows().folded());
  losses.add("connect_row_folded", seen.connects.rows().folded());
  losses.add("exchange_row_folded", seen.exchanges.rows().folded());
  losses.add("write_row_folded", seen.writes.rows().folded());
  losses.add("write_object_folded", seen.writes.without_object());
  losses.add("frame_table_full", context.stacks.refused_frames());

  const SamplerTicks& ticks = seen.usages.ticks();
  std::uint64_t accounted = ticks.idle;
  for (const std::uint64_t count :
       {ticks.delivered, losses.of_cause("sample_ring_full"), losses.of_cause("scratch_busy"),
        losses.of_cause("not_delivered")}) {
    accounted = saturating_sum(accounted, count);
  }
  losses.add("not_delivered", growth(accounted, ticks.expected));

  context.profile.lost = losses.by_cause();
  for (const auto& [cgroup, lost] : losses.by_cgroup()) {
    WorkloadProfile& workload = context.workloads.profiles()[context.workloads.of(cgroup).value()];
    for (const auto& [cause, count] : lost) {
      std::uint64_t& total = workload.lost[cause];
      total = saturating_sum(total, count);
    }
  }
}

}  // namespace culprit
