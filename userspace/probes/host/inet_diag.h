// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace culprit {

/// One listening TCP socket.
struct Listener {
  std::uint64_t inode = 0;
  std::uint16_t port = 0;
  std::uint32_t waiting = 0;
  std::uint32_t backlog = 0;  ///< 0: not known
};

/// Listeners in one datagram of the kernel's answer to an inet_diag dump.
struct DiagMessages {
  std::vector<Listener> listeners;
  bool done = false;
  int error = 0;  ///< errno
};
DiagMessages parse_inet_diag(std::span<const std::byte> datagram);

/// The rows in state LISTEN of /proc/net/tcp or tcp6. They come before all others.
std::vector<Listener> parse_net_tcp(std::string_view text);

/// Asks the kernel for the listening TCP sockets of one network namespace. Keeps that namespace
/// alive while it exists.
class InetDiag {
 public:
  /// Opens the socket inside the namespace behind `namespace_path`, which the calling thread enters
  /// for that moment: with CAP_SYS_ADMIN only, unless it is in that namespace anyway.
  static Result<InetDiag> open_in(const std::string& namespace_path);

  /// IPv4 and IPv6 listeners together.
  Result<std::vector<Listener>> listeners();

 private:
  explicit InetDiag(UniqueFd socket) : socket_(std::move(socket)) {}

  Status dump(std::uint8_t family, std::vector<Listener>& listeners);

  UniqueFd socket_;
};

}  // namespace culprit
