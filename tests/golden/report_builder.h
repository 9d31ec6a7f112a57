// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "report/report.h"

namespace culprit::golden {

/// Builds profiles of fixed values, a few words per fact.
class ProfileBuilder {
 public:
  ProfileBuilder();

  /// A container with its cores; the image's name before the colon is its service.
  WorkloadIndex container(const std::string& name, const std::string& image, double cores);
  WorkloadIndex service(const std::string& name, double cores);
  WorkloadIndex kernel(const std::string& activity, double cores);

  /// Interns frames, outermost first.
  std::vector<FrameId> path(std::initializer_list<ResolvedFrame> frames);
  /// Adds samples below the process `comm` of the workload.
  void samples(WorkloadIndex index, const std::string& comm, const std::vector<FrameId>& path,
               std::uint64_t count);
  FindingThread process(WorkloadIndex index, const std::string& comm, std::uint32_t pid,
                        std::uint32_t inner_pid);

  WorkloadProfile& workload(WorkloadIndex index) { return profile.workloads[index.value()]; }

  Profile profile;
};

/// The end of every golden window.
std::chrono::system_clock::time_point window_end();

RunFacts run_facts();

ResolvedFrame native(const std::string& function, const std::string& module);
ResolvedFrame python(const std::string& function, const std::string& file, std::uint32_t line);
ResolvedFrame kernel_frame(const std::string& function);

/// The report on what was built.
Report built(ProfileBuilder builder, std::vector<Finding> findings, std::vector<RuledOut> ruled_out,
             RunFacts facts);

}  // namespace culprit::golden
