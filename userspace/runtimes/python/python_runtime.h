// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/runtime.h"

namespace culprit {

/// CPython 3.8 to 3.14.
RuntimeKind python_runtime();

}  // namespace culprit
