// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "runtimes/python/python_facts.h"

namespace culprit {

/// The layout of a version's objects, asked of the process where it says so itself (3.13 and
/// later), else from a table. `runtime` is where _PyRuntime is in the process. It is tried on the
/// process: an interpreter whose threads belong to it must be there. Error: it has not begun, or
/// is built in an unknown way.
Result<PythonLayout> find_python_layout(const ByteSource& memory, std::uint64_t runtime,
                                        std::uint64_t code_type, std::uint32_t minor);

}  // namespace culprit
