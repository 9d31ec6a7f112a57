// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "runtimes/jit/wanted_code.h"
#include "symbols/byte_source.h"

namespace culprit {

bool is_jit_dump(const ByteSource& file);

/// Reads a jitdump file: records of code that was loaded, with the lines it was made from
/// (tools/perf/Documentation/jitdump-specification.txt of the kernel, version 1). Code that was
/// moved keeps no name. Error: it is none, or lies about its lengths.
Status read_jit_dump(const ByteSource& file, WantedCode& wanted);

}  // namespace culprit
