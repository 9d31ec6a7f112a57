// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "base/kernel_time.h"
#include "base/result.h"
#include "base/unique_fd.h"
#include "report/report.h"

namespace culprit {

class Helpers;
class Observer;

/// Measures what culprit itself costs: CPU time while it samples and besides, memory, and the run
/// time of its BPF programs, which is billed to whoever was interrupted. What helpers use counts
/// as one-off whenever it is used, for they read each file once.
class OwnCost {
 public:
  /// Turns the kernel's run-time statistics on until sampling_ends().
  void count_program_runs();
  /// All is loaded; from here on it is the sampling that costs.
  void sampling_begins();
  /// Reads what the programs cost; to be called before they are detached. `table_bytes`: of kernel
  /// memory besides the programs' maps.
  void sampling_ends(Observer& observer, std::uint64_t table_bytes);
  /// When all is done.
  void finish(Helpers& helpers);

  /// Time per sample and per system call come from the programs' statistics.
  [[nodiscard]] const Overhead& overhead() const { return overhead_; }

 private:
  UniqueFd statistics_;
  KernelTime began_;
  std::chrono::nanoseconds cpu_at_begin_{0};
  std::chrono::nanoseconds cpu_while_sampling_{0};
  std::uint64_t mapped_map_bytes_ =
      0;  ///< of BPF maps, in this process: resident, and counted as maps
  Overhead overhead_;
};

}  // namespace culprit
