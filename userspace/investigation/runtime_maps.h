// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/runtimes.h"

namespace culprit {

class SharedMaps;

/// How runtimes tell the kernel part about processes. `shared_maps` outlives what is returned.
Runtimes::Sides runtime_maps(const SharedMaps& shared_maps);

}  // namespace culprit
