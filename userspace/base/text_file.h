// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

#include "base/result.h"

namespace culprit {

inline constexpr std::size_t kTextFileLimit = 1U << 20U;

/// Reads a small text file (proc, sysfs, cgroupfs, state files) whole. Files longer than the limit
/// are cut there, for their content may be a stranger's. Opens without blocking, regular files
/// only.
Result<std::string> read_text_file(const std::string& path, std::size_t limit = kTextFileLimit);

/// The same, below an open directory; the last component is never followed when it is a link.
Result<std::string> read_text_file_at(int directory, const std::string& name,
                                      std::size_t limit = kTextFileLimit);

}  // namespace culprit
