// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/result.h"

namespace culprit {

/// Whether files may be written into folders that belong to others (--out in a user's home).
enum class WriteAnywhere : std::uint8_t { No, Yes };

/// Gives up every capability of the calling thread, and of threads it makes later, that observing
/// has no use for; none can be had back. To be called when the first programs are loaded: before
/// Linux 5.11 that needs CAP_SYS_RESOURCE, and counting run times CAP_SYS_ADMIN.
Status keep_needed_rights(WriteAnywhere write);

}  // namespace culprit
