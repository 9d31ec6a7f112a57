// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/runtime.h"

namespace culprit {

/// V8 as it is in Node.js: JavaScript frames, interpreted and compiled.
RuntimeKind v8_runtime();

}  // namespace culprit
