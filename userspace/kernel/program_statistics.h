// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace culprit {

/// What the kernel counts about one loaded BPF program.
struct ProgramStatistics {
  std::string name;        ///< at most 15 characters
  std::uint64_t runs = 0;  ///< only while run-time statistics are on
  std::uint64_t run_time_ns = 0;
  std::uint64_t recursion_misses = 0;  ///< runs refused because the program was running already
  std::uint64_t verified_instructions = 0;  ///< 0 before 5.16
};

Result<ProgramStatistics> program_statistics(int program_descriptor);

/// Turns the kernel's run-time statistics on while the descriptor lives; no sysctl is touched.
/// Costs some 20 ns a run, of every program on the host: kept only as long as it is needed.
Result<UniqueFd> enable_run_time_statistics();

/// A map's id and the kernel memory it is charged with; 0 bytes when the kernel does not say.
struct MapMemory {
  std::uint32_t id = 0;
  std::uint64_t bytes = 0;
};
MapMemory map_memory(int map_descriptor);

}  // namespace culprit
