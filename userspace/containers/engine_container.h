// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace culprit {

/// What an engine says of one container, by its socket or by its files. What it did not say is
/// empty. All texts are displayable and bounded.
struct EngineContainer {
  std::string id;
  std::string name;     ///< the engine's own name; Kubernetes: the container's name within its pod
  std::string runtime;  ///< "docker", "podman", "containerd", "crio"
  std::string image;
  std::string pod;
  std::string pod_namespace;
  std::string pod_uid;
  bool running = true;
  std::optional<std::chrono::system_clock::time_point> started_at;
  std::optional<std::uint32_t> restarts;
  std::string health;  ///< "healthy", "unhealthy", "starting" or empty
  std::optional<double> cpu_limit_cores;
  std::optional<std::uint64_t> cpu_quota_period_us;  ///< the limit is a quota in such periods
  std::optional<std::uint64_t> memory_limit_bytes;
  std::map<std::string, std::string> labels;
  std::vector<std::string> addresses;
};

/// Adds what `more` knows and `known` does not.
void fill_gaps(EngineContainer& known, const EngineContainer& more);

/// Finds the names that Kubernetes gave, in labels or in the form of the engine's own name
/// ("k8s_<container>_<pod>_<namespace>_<uid>_<attempt>").
void take_kubernetes_names(EngineContainer& container);

/// Reads "2026-03-01T12:30:45.123456789Z" and forms with an offset; nothing for the engines' zero
/// time (year 1) and for what is no time.
std::optional<std::chrono::system_clock::time_point> parse_engine_time(std::string_view text);

}  // namespace culprit
