// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/ids.h"
#include "base/kernel_time.h"

namespace culprit {

/// Something was dropped: where, how often since the last report, and whose it was when known.
struct LossCount {
  KernelTime until;
  std::string cause;  ///< a stable name: "sample_ring_full", "not_delivered", ...
  CgroupId cgroup;    ///< 0: nobody's in particular
  std::uint64_t count = 0;
};

/// What the sampling clock should have delivered and did, all CPUs, since the last report.
struct SamplerTicks {
  KernelTime until;
  std::uint64_t expected = 0;
  std::uint64_t idle = 0;       ///< ticks that found the CPU idle
  std::uint64_t delivered = 0;  ///< ticks that became samples
};

}  // namespace culprit
