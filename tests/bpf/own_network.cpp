// SPDX-License-Identifier: Apache-2.0
#include "bpf/own_network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <net/route.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

namespace culprit {
namespace {

template <typename Address>
const sockaddr* as_sockaddr(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

}  // namespace

bool enter_own_network(Loopback loopback) {
  if (::unshare(CLONE_NEWNET) != 0) {
    return false;
  }
  if (loopback == Loopback::Down) {
    return true;
  }
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  const bool up = ::ioctl(socket, SIOCSIFFLAGS, &request) == 0;
  ::close(socket);
  return up;
}

bool add_silent_route() {
  rtentry route{};
  const sockaddr_in destination = v4("10.9.9.0", 0);
  const sockaddr_in mask = v4("255.255.255.0", 0);
  std::memcpy(&route.rt_dst, &destination, sizeof(destination));
  std::memcpy(&route.rt_genmask, &mask, sizeof(mask));
  route.rt_flags = RTF_UP;
  char device[] = "lo";
  route.rt_dev = device;
  const int socket = ::socket(AF_INET, SOCK_DGRAM, 0);
  const bool added = ::ioctl(socket, SIOCADDRT, &route) == 0;
  ::close(socket);
  return added;
}

sockaddr_in v4(const char* address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  ::inet_pton(AF_INET, address, &result.sin_addr);
  return result;
}

sockaddr_in6 v6(const char* address, std::uint16_t port) {
  sockaddr_in6 result{};
  result.sin6_family = AF_INET6;
  result.sin6_port = htons(port);
  ::inet_pton(AF_INET6, address, &result.sin6_addr);
  return result;
}

template <typename Address>
int connect_to(int socket, const Address& address) {
  return ::connect(socket, as_sockaddr(address), sizeof(address));
}
template int connect_to(int, const sockaddr_in&);
template int connect_to(int, const sockaddr_in6&);

Listener listen_on_loopback() {
  Listener listener{.socket = ::socket(AF_INET, SOCK_STREAM, 0)};
  sockaddr_in address = v4("127.0.0.1", 0);
  socklen_t size = sizeof(address);
  if (::bind(listener.socket, as_sockaddr(address), sizeof(address)) != 0 ||
      ::listen(listener.socket, 16) != 0 ||
      ::getsockname(listener.socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    ::close(listener.socket);
    return {};
  }
  listener.port = ntohs(address.sin_port);
  return listener;
}

}  // namespace culprit
