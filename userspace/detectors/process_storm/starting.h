// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "aggregation/call_tree.h"

namespace culprit {

/// The weight of all that makes, loads, begins and ends processes: the kernel's fork, exec, exit
/// and page faults, the dynamic linker, an interpreter's own start. What is left is what the
/// processes were started for.
std::uint64_t weight_of_starting(const CallTree& calls, const FrameTable& frames);

}  // namespace culprit
