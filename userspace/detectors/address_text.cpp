// SPDX-License-Identifier: Apache-2.0
#include "detectors/address_text.h"

#include <fmt/format.h>

#include "base/display_text.h"

namespace culprit {

std::string address_text(const Endpoint& endpoint) {
  constexpr std::size_t kLongest = 48;
  std::string address = displayable(endpoint.address, kLongest);
  if (endpoint.protocol == Protocol::Unix) {
    return address;
  }
  return endpoint.address.find(':') == std::string::npos
             ? fmt::format("{}:{}", address, endpoint.port)
             : fmt::format("[{}]:{}", address, endpoint.port);
}

}  // namespace culprit
