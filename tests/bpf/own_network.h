// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <netinet/in.h>

#include <cstdint>

namespace culprit {

/// Called in a child process: gives it a network of its own, with or without a loopback interface
/// that is up. False when the kernel refuses.
enum class Loopback { Down, Up };
bool enter_own_network(Loopback loopback);

/// Packets to 10.9.9.0/24 go into the loopback interface and are never answered.
bool add_silent_route();

sockaddr_in v4(const char* address, std::uint16_t port);
sockaddr_in6 v6(const char* address, std::uint16_t port);

template <typename Address>
int connect_to(int socket, const Address& address);

/// A listening TCP socket on 127.0.0.1 and the port it was given.
struct Listener {
  int socket = -1;
  std::uint16_t port = 0;
};
Listener listen_on_loopback();

}  // namespace culprit
