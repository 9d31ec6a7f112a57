// SPDX-License-Identifier: Apache-2.0
#include "aggregation/listeners.h"

#include <string_view>

namespace culprit {
namespace {

/// "::ffff:127.0.0.1" is 127.0.0.1 on a socket that speaks both versions.
std::string_view without_mapping(std::string_view address) {
  constexpr std::string_view kMapped = "::ffff:";
  const bool mapped = address.starts_with(kMapped) && address.find('.') != std::string_view::npos;
  return mapped ? address.substr(kMapped.size()) : address;
}

/// Connecting to the unspecified address reaches the own host.
bool is_own_host(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address == "0.0.0.0" || address == "::";
}

}  // namespace

Listeners::Listeners(const Observations& seen, const WorkloadTable& workloads) {
  for (const auto& [key, span] : seen.usages.listening()) {
    by_port_.emplace(
        std::pair(key.network_namespace, key.port),
        workloads.of_container_cgroup(key.cgroup, seen.cgroups.find_event(key.cgroup)));
  }
  for (std::uint32_t index = 0; index < workloads.profiles().size(); ++index) {
    for (const std::string& address : workloads.profiles()[index].container.addresses) {
      by_address_.emplace(address, WorkloadIndex(index));
    }
  }
}

std::optional<WorkloadIndex> Listeners::at(const Endpoint& endpoint) const {
  if (endpoint.protocol == Protocol::Unix) {
    return std::nullopt;
  }
  const std::string_view address = without_mapping(endpoint.address);
  if (is_own_host(address)) {
    const auto known = by_port_.find({endpoint.network_namespace, endpoint.port});
    const bool listens = known != by_port_.end() && endpoint.protocol == Protocol::Tcp;
    return listens ? std::optional(known->second) : std::nullopt;
  }
  const auto known = by_address_.find(address);
  return known == by_address_.end() ? std::nullopt : std::optional(known->second);
}

}  // namespace culprit
