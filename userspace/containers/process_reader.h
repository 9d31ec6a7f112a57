// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "containers/process_facts.h"

namespace culprit {

/// Reads what /proc says of processes. Not thread-safe.
class ProcessReader {
 public:
  explicit ProcessReader(std::string proc_root = "/proc");

  /// The facts of the process that has this pid now, or nothing when it has gone or went while it
  /// was read. The key's start time is that of /proc: cut to clock ticks.
  [[nodiscard]] std::optional<ProcessFacts> read(Pid pid) const;

  /// All pids there are now.
  [[nodiscard]] std::vector<Pid> pids() const;

  /// Whether two start times, of which one or both are cut to clock ticks, can be the same.
  [[nodiscard]] bool same_start(std::uint64_t one_ns, std::uint64_t other_ns) const;

 private:
  [[nodiscard]] std::string link(Pid pid, const char* name) const;
  [[nodiscard]] std::string file(Pid pid, const char* name, std::size_t limit) const;

  std::string proc_root_;
  std::uint64_t tick_ns_;
};

}  // namespace culprit
