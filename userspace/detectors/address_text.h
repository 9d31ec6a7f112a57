// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "samples/activity.h"

namespace culprit {

/// "172.18.0.3:5432", "[::1]:5432", or a Unix socket's path; displayable and bounded.
std::string address_text(const Endpoint& endpoint);

}  // namespace culprit
