// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "aggregation/profile.h"

namespace culprit {

/// Whether `wish` means this workload:
///   KEY=VALUE       it has this label
///   NAME@VERSION    it is NAME by one of the names below, in that version: its image's tag, or a
///                   label for versions
///   NAME            its name, service, pod, image (with or without its tag), kernel activity,
///                   cgroup path, or the beginning of its id
bool is_chosen(const WorkloadProfile& workload, std::string_view wish);

/// What to say of a wish that means nobody: "no container is "web"; there are: api, db".
std::string nobody_is(std::string_view wish, const std::set<std::string>& names);

}  // namespace culprit
