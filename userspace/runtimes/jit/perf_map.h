// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "runtimes/jit/wanted_code.h"
#include "symbols/byte_source.h"

namespace culprit {

/// Reads a /tmp/perf-PID.map: a line "START SIZE NAME" for each piece of code, numbers in
/// hexadecimal (tools/perf/Documentation/jit-interface.txt of the kernel). Lines that are none are
/// passed over. Error: the file cannot be read.
Status read_perf_map(const ByteSource& file, WantedCode& wanted);

}  // namespace culprit
