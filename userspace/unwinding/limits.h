// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace culprit {

/// What one file may cost. Several times what the largest programs need.
struct UnwindLimits {
  std::uint64_t max_section_bytes = std::uint64_t{256} << 20U;
  /// Of a compressed .debug_frame, which is held in memory.
  std::uint64_t max_inflated_bytes = std::uint64_t{32} << 20U;
  std::uint64_t max_functions = 2'000'000;  ///< frame description entries
  std::size_t max_rows = 4'000'000;
  /// Rules are shared by all files, so one file gets a part only; what is beyond is unsupported.
  std::size_t max_rules = 4096;
  /// Call frame instructions that are executed, those of common entries included.
  std::uint64_t max_instructions = 200'000'000;
};

}  // namespace culprit
