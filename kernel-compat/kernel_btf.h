// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace culprit {

/// Where the description of the running kernel's structures (BTF) comes from.
struct KernelBtf {
  bool in_kernel = false;  ///< the kernel has it: typed tracepoints and typed tasks exist
  std::string file;        ///< a file to take instead; empty: the kernel's own
};

/// The files that may describe the kernel of this release, most likely first, all below `root`.
std::vector<std::string> btf_search_paths(const std::string& release, const std::string& root = {});

/// The user's file if one was given, else the kernel's own, else one of the search paths. The error
/// says what to do. A file is only looked at as far as its first bytes; libbpf reads the rest.
Result<KernelBtf> find_kernel_btf(const std::string& given_file, const std::string& release,
                                  const std::string& root = {});

/// `uname -r`
std::string kernel_release();

}  // namespace culprit
