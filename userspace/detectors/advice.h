// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "detectors/finding.h"

namespace culprit {

/// Commands that cap the CPU of a finding's workloads without losing anything: only for Docker
/// containers whose id is hexadecimal, at most three of them. Commands are made of fixed words,
/// ids and numbers; a stranger's name never gets into one.
std::vector<Advice> cap_cpu(const Profile& profile, const std::vector<WorkloadIndex>& workloads);

/// What to change in the code, by place: "fix normalize_tags (tags.py:11): ...".
Advice fix_code(const Profile& profile, const std::vector<FrameId>& path, const std::string& what);

/// Whether `command` holds only [A-Za-z0-9_.-] and single spaces; what is printed for root to paste
/// has to pass this.
bool is_safe_command(const std::string& command);

}  // namespace culprit
