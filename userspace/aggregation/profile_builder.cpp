// SPDX-License-Identifier: Apache-2.0
#include "aggregation/profile_builder.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "aggregation/activity_assembly.h"
#include "aggregation/call_watches.h"
#include "aggregation/host_assembly.h"
#include "aggregation/limits.h"
#include "aggregation/sample_assembly.h"
#include "aggregation/workload_order.h"

namespace culprit {
namespace {

/// Room for the part of a second at the end.
std::uint32_t seconds_in(WindowSpan window) {
  const auto whole = std::chrono::ceil<std::chrono::seconds>(window.end - window.start).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(whole, 1, kSecondLimit));
}

}  // namespace

ProfileBuilder::ProfileBuilder(HostFacts host, Window window, CgroupNumbering events)
    : host_(std::move(host)),
      window_(std::move(window)),
      seconds_(window_.start_time),
      seen_(events) {}

void ProfileBuilder::accept(Sample sample) {
  std::visit([this](auto&& alternative) { add(std::forward<decltype(alternative)>(alternative)); },
             std::move(sample));
}

void ProfileBuilder::saw(KernelTime time) {
  seen_.latest = std::max(seen_.latest, time);
}

AddressSpaceId ProfileBuilder::address_space_of(Pid pid) const {
  const auto known = seen_.processes.find(pid);
  return known ? known->address_space : AddressSpaceId(0);
}

CgroupRef ProfileBuilder::cgroup_of(CgroupId id, Pid pid) {
  const auto process = seen_.processes.find(pid);
  const bool same = process && seen_.cgroups.event_id(process->cgroups) == id;
  return same ? seen_.cgroups.of(process->cgroups) : seen_.cgroups.of_event(id);
}

void ProfileBuilder::add(const CpuSample& sample) {
  saw(sample.time);
  const CgroupRef cgroup =
      seen_.cgroups.of({.v2 = sample.task.cgroup, .v1 = sample.task.cgroup_v1});
  if (sample.context == CpuContext::User || sample.context == CpuContext::Syscall) {
    seen_.processes.observe(sample.task);
  }
  seen_.samples.add(sample, cgroup, seconds_.of(sample.time));
}

void ProfileBuilder::add(RawStack&& stack) {
  seen_.stacks.add(std::move(stack));
}

void ProfileBuilder::add(const HookCoverage& coverage) {
  saw(coverage.until);
  seen_.hook_scale.learn(coverage);
}

/// Not a stack yet: it comes once more when it has been unwound.
void ProfileBuilder::add(const StackCopy& /*copy*/) {}

void ProfileBuilder::add(const SyscallCount& count) {
  saw(count.until);
  seen_.syscalls.add(seen_.hook_scale.of(count), cgroup_of(count.cgroup, count.pid));
}

void ProfileBuilder::add(const ConnectCount& count) {
  saw(count.until);
  seen_.connects.add(seen_.hook_scale.of(count), cgroup_of(count.cgroup, count.pid),
                     address_space_of(count.pid), seconds_.of_reading(count.until));
}

void ProfileBuilder::add(const ExchangeCount& count) {
  saw(count.until);
  seen_.exchanges.add(seen_.hook_scale.of(count), cgroup_of(count.cgroup, count.pid),
                      address_space_of(count.pid), seconds_.of_reading(count.until));
}

void ProfileBuilder::add(const WriteCount& count) {
  saw(count.until);
  seen_.writes.add(seen_.hook_scale.of(count), cgroup_of(count.cgroup, count.pid),
                   address_space_of(count.pid), seconds_.of_reading(count.until));
}

void ProfileBuilder::add(const ProcessEvent& event) {
  saw(event.time);
  const CgroupRef cgroup = seen_.cgroups.of({.v2 = event.task.cgroup, .v1 = event.task.cgroup_v1});
  seen_.processes.observe(event.task);
  seen_.lifecycles.add(event, cgroup, seconds_.of(event.time));
}

void ProfileBuilder::add(const CgroupEvent& event) {
  saw(event.time);
  seen_.usages.add(event);
}

/// Only naming stacks needs mappings, and that is done by others.
void ProfileBuilder::add(const ExecutableMapping& mapping) {
  saw(mapping.time);
}

void ProfileBuilder::add(const HostUsage& usage) {
  saw(usage.time);
  seen_.usages.add(usage);
}

void ProfileBuilder::add(const CgroupUsage& usage) {
  saw(usage.time);
  seen_.cgroups.of_event(usage.cgroup);
  seen_.usages.add(usage);
}

void ProfileBuilder::add(const ListenQueue& queue) {
  saw(queue.time);
  seen_.cgroups.of_event(queue.cgroup);
  seen_.usages.add(queue);
}

void ProfileBuilder::add(const LossCount& loss) {
  saw(loss.until);
  if (loss.cgroup == CgroupId(0)) {
    seen_.losses.add(loss.cause, loss.count);
    return;
  }
  // The sampler names cgroups by v2 on every host, for its samples carry both.
  const CgroupRef cgroup = loss.cause.starts_with("sample_")
                               ? seen_.cgroups.of({.v2 = loss.cgroup, .v1 = {}})
                               : seen_.cgroups.of_event(loss.cgroup);
  seen_.losses.add_of(cgroup, loss.cause, loss.count);
}

void ProfileBuilder::add(const SamplerTicks& ticks) {
  saw(ticks.until);
  seen_.usages.add(ticks);
}

/// Whoever watches calls has looked at them already.
void ProfileBuilder::add(const FramePlaces& /*places*/) {}

void ProfileBuilder::add(const CallWatch& watch) {
  saw(watch.until);
  seen_.call_watches.add(watch);
}

Profile ProfileBuilder::build(const ProfileSources& sources) const {
  Profile profile;
  profile.host = host_;
  profile.window = window_;
  const WindowSpan span{.start = window_.start_time,
                        .end = std::max(window_.start_time, sources.until.value_or(seen_.latest))};
  profile.window.duration = span.end - span.start;
  profile.samples = seen_.samples.samples();
  profile.expected_samples = seen_.usages.ticks().expected;
  profile.idle_samples = seen_.usages.ticks().idle;
  profile.syscalls_observed_share = seen_.hook_scale.observed_share();

  WorkloadTable workloads(seen_.cgroups, sources);
  ProcessTable processes(seen_.processes, sources);
  StackNames stacks(seen_.stacks, profile.frames);
  want_sample_stacks(seen_, stacks);
  want_watched_stacks(seen_, stacks);
  want_event_stacks(seen_, processes, stacks);
  stacks.resolve(sources);
  if (sources.build_ids) {
    profile.build_ids = sources.build_ids();
  }

  LossTally losses = seen_.losses;
  BuildContext context{.seen = seen_,
                       .sources = sources,
                       .profile = profile,
                       .workloads = workloads,
                       .processes = processes,
                       .stacks = stacks,
                       .losses = losses,
                       .window = span,
                       .seconds = seconds_in(span)};
  assemble_host(context);
  const SampleTotals totals = place_samples(context);
  assemble_call_watches(context);
  assemble_cores(context, totals);
  const Listeners listeners(seen_, workloads);
  assemble_syscalls(context);
  assemble_connects(context, listeners);
  assemble_exchanges(context, listeners);
  assemble_writes(context);
  assemble_lifecycles(context);
  assemble_processes(context, totals);
  assemble_losses(context);
  profile.workloads = std::move(workloads.profiles());
  order_workloads(profile);
  return profile;
}

}  // namespace culprit
