// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/kernel_time.h"
#include "samples/sample.h"

namespace culprit {

class SharedMaps;

/// The stable name of a loss counter of bpf/abi/loss_counter.h.
std::string_view loss_name(std::uint32_t cause);

/// Reads the loss counters that all programs share, and their recursion misses.
class LossCounters {
 public:
  explicit LossCounters(const SharedMaps& shared_maps);

  /// Emits what was lost since the last time: per cgroup where it is known, the rest as nobody's.
  void read(KernelTime now, const std::vector<int>& programs, SampleSink& sink);

 private:
  using Key = std::pair<CgroupId, std::uint32_t>;

  const SharedMaps& shared_maps_;
  std::map<Key, std::uint64_t> reported_of_cgroups_;
  std::map<std::uint32_t, std::uint64_t> reported_;
  std::uint64_t reported_recursion_ = 0;
};

}  // namespace culprit
