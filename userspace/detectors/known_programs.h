// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

#include "detectors/profile_index.h"

namespace culprit {

/// Programs whose names excuse what would be a fault in others. A stranger can choose such a name
/// and thereby only avoid one kind of blame; its CPU still shows as a hot path.

/// All of `pids` are benchmark clients.
bool is_load_generator(const ProfileIndex& index, const std::vector<Pid>& pids);

/// Compilers, linkers and bundlers, by the name after exec.
bool is_build_tool(std::string_view comm);

/// Engines and shims that carry what containers print.
const std::vector<std::string_view>& log_carriers();
/// Those that carry what is sent to the journal or syslog.
const std::vector<std::string_view>& log_services();

}  // namespace culprit
