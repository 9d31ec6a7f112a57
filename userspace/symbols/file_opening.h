// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace culprit {

/// Opens what a link of procfs (`map_files/START-END`) leads to, for reading. Regular files only:
/// the file is looked at before it is opened, for opening a device or a FIFO already does
/// something.
Result<UniqueFd> open_regular_behind(int directory, const std::string& link);

/// Whether a path may lead into a file system mounted below the root: one that a stranger mounted
/// there may never answer.
enum class MountsBelow : std::uint8_t { Follow, Refuse };

/// The same for a path as a process sees it, below the open root directory of that process. Links
/// and ".." cannot lead out of the root.
Result<UniqueFd> open_regular_in_root(int root, const std::string& path,
                                      MountsBelow mounts = MountsBelow::Follow);

}  // namespace culprit
