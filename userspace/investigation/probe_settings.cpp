// SPDX-License-Identifier: Apache-2.0
#include "investigation/probe_settings.h"

#include <unistd.h>

#include "feature_probe.h"

namespace culprit {
namespace {

std::optional<KernelSymbols::Place> soft_interrupt_function(
    const std::optional<KernelSymbols>& kernel) {
  if (!kernel) {
    return std::nullopt;
  }
  // Split off from __do_softirq in 6.10 (1dd1eff161bd), where the old name is left with nothing.
  const auto place = kernel->place_of("handle_softirqs");
  return place ? place : kernel->place_of("__do_softirq");
}

}  // namespace

ProbeSettings choose_probe_settings(const Options& options, CgroupNumbering identity,
                                    const std::optional<KernelSymbols>& kernel,
                                    const KernelBtf& btf) {
  // One write in eight carries its stack: 1,000 lines a second, where a flood begins, give 125.
  constexpr std::uint32_t kWriteStackInterval = 8;
  ProbeSettings settings;
  settings.frequency_hz = options.frequency_hz;
  settings.clock =
      options.event == SamplingEvent::Cycles ? SamplingClock::Cycles : SamplingClock::CpuClock;
  culprit_settings& programs = settings.programs;
  programs.own_pid = static_cast<std::uint32_t>(::getpid());
  programs.filter_by_cgroup = options.narrowed() ? 1 : 0;
  const ForcedRungs& forced = options.forced_rungs;
  settings.btf_file = btf.file;
  settings.raw_tracepoints = !btf.in_kernel || forced.raw_tracepoints;
  programs.untyped_tasks = !btf.in_kernel || forced.untyped_tasks ? 1 : 0;
  const bool own_walker = !forced.kernel_walker && kernel_has(KernelFeature::SafeUserReads);
  programs.walk_user_stack = own_walker ? 1 : 0;
  programs.unwind_tables = programs.walk_user_stack;
  programs.prefer_v1_cgroup = identity == CgroupNumbering::V1 ? 1 : 0;
  programs.write_stack_interval = kWriteStackInterval;
  programs.exchange_tracking = 1;
  if (const auto place = soft_interrupt_function(kernel); place) {
    programs.softirq_begin = place->begin;
    programs.softirq_end = place->end;
  }
  return settings;
}

}  // namespace culprit
