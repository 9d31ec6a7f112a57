// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregation/observations.h"
#include "aggregation/profile.h"
#include "aggregation/profile_sources.h"
#include "aggregation/second_counts.h"
#include "samples/sample.h"

namespace culprit {

/// Turns the samples of one window into a Profile. Taking a sample in costs a few lookups and
/// asks nobody; names are asked for when a Profile is built, which may happen more than once: for
/// an interim verdict, and at the end. Memory is bounded (limits.h). Single-threaded.
class ProfileBuilder : public SampleSink {
 public:
  /// `window` says when it began, how finely it is sampled and by which clock; its duration follows
  /// from what comes. `events` is the numbering in which counts and usages name cgroups.
  ProfileBuilder(HostFacts host, Window window, CgroupNumbering events = CgroupNumbering::V2);

  void accept(Sample sample) override;

  /// Everything seen so far, with names.
  [[nodiscard]] Profile build(const ProfileSources& sources) const;

 private:
  void add(const CpuSample& sample);
  void add(RawStack&& stack);
  void add(const HookCoverage& coverage);
  void add(const StackCopy& copy);
  void add(const SyscallCount& count);
  void add(const ConnectCount& count);
  void add(const ExchangeCount& count);
  void add(const WriteCount& count);
  void add(const ProcessEvent& event);
  void add(const CgroupEvent& event);
  void add(const ExecutableMapping& mapping);
  void add(const HostUsage& usage);
  void add(const CgroupUsage& usage);
  void add(const ListenQueue& queue);
  void add(const LossCount& loss);
  void add(const SamplerTicks& ticks);
  void add(const FramePlaces& places);
  void add(const CallWatch& watch);

  void saw(KernelTime time);
  /// The cgroup of an event, which carries one id only: a process that was seen running tells the
  /// other, and with it a container that lives in the other hierarchies alone.
  CgroupRef cgroup_of(CgroupId id, Pid pid);
  /// 0 when the process was never seen running.
  [[nodiscard]] AddressSpaceId address_space_of(Pid pid) const;

  HostFacts host_;
  Window window_;
  WindowSeconds seconds_;
  Observations seen_;
};

}  // namespace culprit
