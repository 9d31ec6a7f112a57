// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "base/ids.h"
#include "samples/cpu_sample.h"

namespace culprit {

/// A thread for its whole life: its number alone is reused.
struct SuspectedThread {
  ProcessKey process;
  Tid tid;
  std::uint64_t start_boottime_ns = 0;

  auto operator<=>(const SuspectedThread&) const = default;
};

/// Finds the threads that never sleep, by what samples cost nothing to tell. Bounded; pure.
class Suspects {
 public:
  explicit Suspects(Pid own) : own_(own) {}

  void look_at(const CpuSample& sample);
  /// The busiest of those that never slept and were not picked before, at most `most`.
  std::vector<SuspectedThread> pick(std::size_t most);

 private:
  struct Life {
    KernelTime first, last;
    ThreadProgress at_first, at_last;
  };

  [[nodiscard]] static bool never_sleeps(const Life& life);

  Pid own_;
  std::map<SuspectedThread, Life> lives_;
  std::set<SuspectedThread> picked_;
};

}  // namespace culprit
