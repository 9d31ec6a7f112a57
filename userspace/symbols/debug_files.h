// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace culprit {

/// What is known of a binary whose debug file is looked for. All but `binary` are a stranger's
/// words.
struct DebugFileWish {
  int binary = -1;         ///< the binary itself, which is not its own debug file
  std::string path;        ///< as its process sees it
  std::string build_id;    ///< raw bytes; may be empty
  std::string debug_link;  ///< a plain file name; may be empty
};

/// Opens what lies where debug files of that binary usually do: by build-id on the host, then below
/// the root of its process, then by name beside it. At most a handful; whether one of them is the
/// right one is for the worker to say. `root` may be -1.
std::vector<UniqueFd> open_debug_files(const DebugFileWish& wish, int root, int host_root);

}  // namespace culprit
