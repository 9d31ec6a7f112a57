// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "containers/engine_container.h"

namespace culprit {

/// What /version says: who answers.
struct EngineVersion {
  std::string engine;  ///< "docker" or "podman"
  std::string version;
};

// Pure readers of the bodies that Docker's API, and podman's imitation of it, answer with. Each
// fails with a sentence when the body is not what the API promises; single odd members are left
// out.

Result<EngineVersion> parse_version(std::string_view body);

/// /containers/json: names, images, labels, addresses, and health from the status text.
Result<std::vector<EngineContainer>> parse_container_list(std::string_view body);

/// /containers/<id>/json: start time, restarts, health, limits besides.
Result<EngineContainer> parse_container_details(std::string_view body);
Result<EngineContainer> read_container_details(const nlohmann::json& answer);

}  // namespace culprit
