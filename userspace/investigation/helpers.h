// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

#include "base/ids.h"
#include "symbols/symbol_worker.h"

namespace culprit {

/// The processes that work for this one, those that were replaced as well: which they are and what
/// they cost. Any thread may call it.
class Helpers {
 public:
  /// The settings for a worker whose processes are counted from their first moment, and are given
  /// a share of the CPU: they must not starve the report that waits for them. Outlives the worker.
  SymbolWorkerSettings counted(SymbolWorkerSettings settings);

  void started(pid_t pid);
  /// To be called before one is ended, and now and then: what ended is nowhere to be asked about.
  void look();

  /// All that there ever were.
  [[nodiscard]] std::vector<Pid> pids() const;
  /// Of all of them, up to now.
  [[nodiscard]] std::chrono::nanoseconds cpu_time();
  /// The most that those of one moment have had resident. Pages of the program's file, and those
  /// that a fork has not written to, count for each process that has them.
  [[nodiscard]] std::uint64_t peak_bytes() const;

 private:
  struct Cost {
    std::chrono::nanoseconds cpu{0};
    std::uint64_t peak_bytes = 0;
    bool ended = false;
  };

  mutable std::mutex mutex_;  ///< guards what follows
  std::map<pid_t, Cost> costs_;
  std::uint64_t peak_bytes_ = 0;
};

}  // namespace culprit
