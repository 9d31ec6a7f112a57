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

/// Measures what culprit itself costs: its CPU time while it samples and besides, and the run time
/// of its BPF programs, which is billed to whoever was interrupted.
class OwnCost {
 public:
  /// Turns the kernel's run-time statistics on until sampling_ends().
  void count_program_runs();
  /// All is loaded; from here on it is the sampling that costs.
  void sampling_begins();
  /// Reads what the programs cost; to be called before they are detached. `table_bytes`: of kernel
  /// memory besides the programs' maps.
  void sampling_ends(Observer& observer, std::uint64_t table_bytes);
  /// When all is done and the helpers have ended.
  void finish();

  /// Time per sample and per system call come from the programs' statistics; memory from the
  /// process's peak and the maps.
  [[nodiscard]] const Overhead& overhead() const { return overhead_; }

 private:
  UniqueFd statistics_;
  KernelTime began_;
  std::chrono::nanoseconds cpu_at_begin_{0};
  std::chrono::nanoseconds cpu_while_sampling_{0};
  Overhead overhead_;
};

/// CPU time of this process so far, all its threads.
std::chrono::nanoseconds own_cpu_time();

}  // namespace culprit
