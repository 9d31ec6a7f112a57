// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "aggregation/profile_builder.h"
#include "aggregation/profile_sources.h"
#include "support/sample_builders.h"

namespace culprit {

/// A host of which a test decides who runs on it. Cgroups that it was not told of are the host's.
/// A function's address is its name's: address 0x10 is "f10" unless told otherwise.
class FakeHost {
 public:
  Container& container(std::uint64_t cgroup, const std::string& name);
  Container& service(std::uint64_t cgroup, const std::string& name);
  /// `cgroup` lies below the one of a container.
  void inner_cgroup(std::uint64_t cgroup, std::uint64_t of_container);
  ProcessFacts& process(std::uint32_t pid, const std::string& comm,
                        std::uint64_t start_boottime_ns = 1);
  void function(std::uint64_t address, const std::string& name, FrameKind kind = FrameKind::Native,
                const std::string& module = "app");

  /// To be changed by the test before building.
  ProfileSources sources;

  explicit FakeHost(std::chrono::nanoseconds window = std::chrono::seconds(10));
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;
  ~FakeHost() = default;

  void accept(Sample sample) { builder.accept(std::move(sample)); }
  void accept(const Sample& sample, std::uint64_t times);
  [[nodiscard]] Profile build() const { return builder.build(sources); }

  /// 2 CPUs, 100 samples a second of each.
  ProfileBuilder builder;
  /// Every stack that was asked for, in this order.
  std::vector<StackOfProcess> asked;

 private:
  [[nodiscard]] Container container_of(CgroupId v2, CgroupId v1) const;
  [[nodiscard]] ResolvedStack named(const StackOfProcess& stack) const;

  std::map<std::uint64_t, Container> containers_;
  std::map<std::uint64_t, std::uint64_t> inner_;
  std::map<ProcessKey, ProcessFacts> processes_;
  std::map<std::uint64_t, ResolvedFrame> functions_;
};

/// The workload of this name (a container's name or a kernel activity); fails the test without it.
const WorkloadProfile& workload_named(const Profile& profile, const std::string& name);
/// The same or nullptr.
const WorkloadProfile* find_workload(const Profile& profile, const std::string& name);
/// "main;work 12" for each path with weight, sorted.
std::vector<std::string> folded(const CallTree& tree, const FrameTable& frames);
/// workloads + iowait + steal + idle
double cpu_line(const Profile& profile);
/// Readings of /proc/stat at the window's begin and end, `seconds` apart, with these cores.
std::vector<Sample> host_readings(const CpuCores& cores, double seconds = 10);

}  // namespace culprit
