// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "aggregation/cpu_cores.h"
#include "aggregation/loss_tally.h"
#include "aggregation/observations.h"
#include "aggregation/process_table.h"
#include "aggregation/profile.h"
#include "aggregation/profile_sources.h"
#include "aggregation/stack_names.h"
#include "aggregation/workload_table.h"

namespace culprit {

/// What the steps of building one Profile hand to each other. Lives for one build.
struct BuildContext {
  const Observations& seen;
  const ProfileSources& sources;
  Profile& profile;
  WorkloadTable& workloads;
  ProcessTable& processes;
  StackNames& stacks;
  LossTally& losses;
  WindowSpan window;
  std::uint32_t seconds = 0;  ///< of the per-second vectors

  [[nodiscard]] double rate(std::uint64_t count) const {
    return window.seconds() > 0 ? static_cast<double>(count) / window.seconds() : 0;
  }
};

}  // namespace culprit
