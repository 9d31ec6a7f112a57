// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "abi/endpoint.h"
#include "probes/syscalls/name_book.h"
#include "samples/activity.h"

namespace culprit {

/// The kernel's destination in the form that people read.
Endpoint endpoint_of(const culprit_endpoint& endpoint, NameBook& names);

/// "tcp:10.0.0.3:514", "udp:[::1]:514", or a Unix socket's path; empty when there is no peer.
std::string peer_path(const culprit_endpoint& endpoint, NameBook& names);

}  // namespace culprit
