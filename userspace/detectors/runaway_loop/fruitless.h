// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "detectors/runaway_loop/busy_group.h"

namespace culprit {

/// System calls in lockstep that achieve nothing.
struct FruitlessCalls {
  bool failing = false;  ///< broken (EBADF, EMFILE), not merely idle
  double per_cpu_second = 0;
  double per_s = 0;
  std::string call;     ///< "epoll_wait"
  std::string outcome;  ///< "returns 0", "EMFILE"
};

/// None when the group's calls are few, or bring work often enough.
std::optional<FruitlessCalls> fruitless_calls(const Profile& profile, const BusyGroup& group);

}  // namespace culprit
