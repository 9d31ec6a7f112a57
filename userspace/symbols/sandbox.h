// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

#include "base/result.h"

namespace culprit {

/// What a sandboxed process may use at most.
struct SandboxLimits {
  std::uint64_t memory_bytes = 0;  ///< beyond what it has on entering; mapped files not counted
  std::uint64_t mapped_bytes = 0;  ///< files mapped for reading
  std::chrono::seconds cpu_time{0};
  std::uint32_t descriptors = 0;
};

/// Gives up all capabilities (bounding set too) and the way back to them. For a process of one
/// thread; children inherit it.
Status drop_rights();

/// Closes every descriptor above `keep_up_to` and turns 0 to 2 into /dev/null.
Status close_inherited_descriptors(int keep_up_to);

/// Sets the limits and installs the system call filter: from here on the process can compute,
/// allocate, read or map what it is handed over its socket, answer and exit. Anything else kills
/// it.
Status enter_sandbox(const SandboxLimits& limits);

}  // namespace culprit
