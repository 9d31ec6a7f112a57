// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "base/kernel_time.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "report/report.h"

namespace culprit {

class Observer;

/// Measures what culprit itself costs between begin() and end(): its own CPU time, and the run time
/// of its BPF programs, which is billed to whoever was interrupted.
class OwnCost {
 public:
  /// Turns the kernel's run-time statistics on until end().
  void begin();
  /// Reads what the programs cost; to be called before they are detached.
  void end(Observer& observer);

  /// Time per sample and per system call come from the programs' statistics; memory from the
  /// process's peak and the maps.
  [[nodiscard]] const Overhead& overhead() const { return overhead_; }

 private:
  UniqueFd statistics_;
  KernelTime began_;
  std::chrono::nanoseconds cpu_at_begin_{0};
  Overhead overhead_;
};

/// CPU time of this process so far, all its threads.
std::chrono::nanoseconds own_cpu_time();

}  // namespace culprit
