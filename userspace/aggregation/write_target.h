// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "aggregation/profile.h"
#include "aggregation/write_store.h"

namespace culprit {

/// What kind of place a container's (or service's) process writes to. `engine_reads` says whether
/// the engine is known to read the object; standard output and error are those of containers that
/// an engine started and reads.
WriteTarget classify_write_target(const WrittenObject& object, WorkloadKind writer,
                                  std::optional<bool> engine_reads);

}  // namespace culprit
