// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "aggregation/profile.h"

namespace culprit {

/// What this machine is, from uname and /proc. What cannot be read stays empty.
HostFacts read_host_facts();

}  // namespace culprit
