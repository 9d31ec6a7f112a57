// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "base/result.h"

namespace culprit {

/// Time since boot during which CPUs, all together, ran nothing of this host: idle, waiting for a
/// disk, or taken by the hypervisor. From /proc/stat, in steps of 10 ms.
Result<std::chrono::nanoseconds> time_without_work();

}  // namespace culprit
