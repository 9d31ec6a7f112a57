// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/endpoint_text.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>

namespace culprit {
namespace {

std::string address_text(const culprit_endpoint& endpoint, NameBook& names) {
  if (endpoint.family == AF_UNIX) {
    std::uint64_t hash = 0;
    std::memcpy(&hash, endpoint.address, sizeof(hash));
    return names.name(hash);
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (inet_ntop(endpoint.family, endpoint.address, text.data(), text.size()) == nullptr) {
    return {};
  }
  return text.data();
}

}  // namespace

Endpoint endpoint_of(const culprit_endpoint& endpoint, NameBook& names) {
  return {.protocol = static_cast<Protocol>(endpoint.protocol),
          .network_namespace = endpoint.network_namespace,
          .address = address_text(endpoint, names),
          .port = endpoint.port};
}

std::string peer_path(const culprit_endpoint& endpoint, NameBook& names) {
  std::string address = address_text(endpoint, names);
  if (endpoint.family == AF_UNIX || address.empty()) {
    return address;
  }
  if (endpoint.port == 0) {
    return {};
  }
  const std::string protocol = endpoint.protocol == CULPRIT_PROTOCOL_TCP ? "tcp:" : "udp:";
  if (endpoint.family == AF_INET6) {
    address.insert(0, 1, '[').push_back(']');
  }
  return protocol + address + ":" + std::to_string(endpoint.port);
}

}  // namespace culprit
