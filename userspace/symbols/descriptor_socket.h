// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/kernel_time.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace culprit {

/// Both ends of a local socket that keeps the bounds of messages (SOCK_SEQPACKET).
Result<std::pair<UniqueFd, UniqueFd>> open_socket_pair();

/// Sends one message, and with it a copy of `passed` unless that is negative. Never raises SIGPIPE.
Status send_message(int socket, std::span<const std::byte> message, int passed = -1);

/// What came in one message. An empty one is the end: the other side is gone.
struct ReceivedMessage {
  std::span<const std::byte> bytes;  ///< inside the buffer it was received into
  UniqueFd passed;                   ///< none when none came, or when it did not fit our limit
};

/// Waits for the next message. Error also when it is longer than `buffer`.
Result<ReceivedMessage> receive_message(int socket, std::span<std::byte> buffer);

/// Waits until there is something to receive; false when there is nothing by `deadline`.
bool readable_by(int socket, KernelTime deadline);

}  // namespace culprit
