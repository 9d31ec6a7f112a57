// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "aggregation/observations.h"
#include "aggregation/workload_table.h"

namespace culprit {

/// Knows which workload a destination on this host belongs to.
class Listeners {
 public:
  Listeners(const Observations& seen, const WorkloadTable& workloads);

  /// A loopback address is the workload that listens on the port in that network namespace. Another
  /// address is the container that has it, whether it listens (yet) or not.
  [[nodiscard]] std::optional<WorkloadIndex> at(const Endpoint& endpoint) const;

 private:
  std::map<std::pair<std::uint32_t, std::uint16_t>, WorkloadIndex> by_port_;
  std::map<std::string, WorkloadIndex, std::less<>> by_address_;
};

}  // namespace culprit
