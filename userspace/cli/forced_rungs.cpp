// SPDX-License-Identifier: Apache-2.0
#include "cli/forced_rungs.h"

#include <array>

namespace culprit {

std::span<const RungName> rung_names() {
  static constexpr std::array kNames = {
      RungName{"raw-tracepoints", &ForcedRungs::raw_tracepoints},
      RungName{"untyped-tasks", &ForcedRungs::untyped_tasks},
      RungName{"kernel-walker", &ForcedRungs::kernel_walker},
  };
  return kNames;
}

}  // namespace culprit
