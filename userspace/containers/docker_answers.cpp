// SPDX-License-Identifier: Apache-2.0
#include "containers/docker_answers.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/display_text.h"
#include "containers/bounded_json.h"
#include "containers/cgroup_names.h"

namespace culprit {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxContainers = 4096;
constexpr std::size_t kMaxAddresses = 16;

/// Engines write "/name"; a container linked to others has further names with two slashes.
std::string bare_name(std::string name) {
  if (!name.empty() && name.front() == '/') {
    name.erase(0, 1);
  }
  return name;
}

bool is_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  return ::inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1;
}

std::vector<std::string> addresses_of(const json& network_settings) {
  std::vector<std::string> addresses;
  const auto add = [&](const json& network) {
    for (const char* key : {"IPAddress", "GlobalIPv6Address"}) {
      std::string address = text_member(network, key, 64);
      const bool known = std::find(addresses.begin(), addresses.end(), address) != addresses.end();
      if (!known && addresses.size() < kMaxAddresses && is_address(address)) {
        addresses.push_back(std::move(address));
      }
    }
  };
  const json& networks = member(network_settings, "Networks");
  if (networks.is_object()) {
    for (const auto& [name, network] : networks.items()) {
      add(network);
    }
  }
  add(network_settings);
  return addresses;
}

std::string known_health(std::string text) {
  const bool known = text == "healthy" || text == "unhealthy" || text == "starting";
  return known ? std::move(text) : std::string();
}

/// "Up 5 minutes (health: starting)", "Up 2 hours (unhealthy)".
std::string health_in_status(std::string_view status) {
  for (const std::string_view health : {"unhealthy", "healthy", "starting"}) {
    if (status.find(health) != std::string_view::npos) {
      return std::string(health);
    }
  }
  return {};
}

void read_limits(EngineContainer& container, const json& host_config) {
  const auto nano_cpus = number_member(host_config, "NanoCpus").value_or(0);
  const auto quota = number_member(host_config, "CpuQuota").value_or(0);
  const auto period = number_member(host_config, "CpuPeriod").value_or(0);
  if (nano_cpus > 0) {
    container.cpu_limit_cores = static_cast<double>(nano_cpus) / 1e9;
  } else if (quota > 0) {
    // 100 ms is the kernel's default period, which the engine leaves as 0.
    container.cpu_quota_period_us = period == 0 ? 100000 : period;
    container.cpu_limit_cores =
        static_cast<double>(quota) / static_cast<double>(*container.cpu_quota_period_us);
  }
  if (const auto memory = number_member(host_config, "Memory"); memory && *memory > 0) {
    container.memory_limit_bytes = memory;
  }
}

void read_state(EngineContainer& container, const json& state) {
  const json& running = member(state, "Running");
  container.running = running.is_boolean() && running.get<bool>();
  container.started_at = parse_engine_time(text_member(state, "StartedAt", 64));
  // podman before 4 calls it "Healthcheck".
  for (const char* key : {"Health", "Healthcheck"}) {
    if (container.health.empty()) {
      container.health = known_health(text_member(member(state, key), "Status", 32));
    }
  }
}

}  // namespace

Result<EngineVersion> parse_version(std::string_view body) {
  const auto answer = parse_bounded_json(body);
  if (!answer || !answer->is_object()) {
    return Error("the engine's answer to /version is not JSON");
  }
  EngineVersion version;
  version.engine = "docker";
  version.version = text_member(*answer, "Version", 64);
  const json& components = member(*answer, "Components");
  if (components.is_array()) {
    for (const json& component : components) {
      if (text_member(component, "Name", 64) == "Podman Engine") {
        version.engine = "podman";
      }
    }
  }
  return version;
}

Result<std::vector<EngineContainer>> parse_container_list(std::string_view body) {
  const auto answer = parse_bounded_json(body);
  if (!answer || !answer->is_array()) {
    return Error("the engine's list of containers is not a JSON array");
  }
  std::vector<EngineContainer> containers;
  for (const json& entry : *answer) {
    EngineContainer container;
    container.id = text_member(entry, "Id", 128);
    if (!is_engine_id(container.id)) {
      continue;
    }
    if (containers.size() == kMaxContainers) {
      break;
    }
    const json& names = member(entry, "Names");
    if (names.is_array() && !names.empty() && names.front().is_string()) {
      container.name = bare_name(displayable(names.front().get_ref<const json::string_t&>(), 256));
    }
    container.image = text_member(entry, "Image");
    container.running = text_member(entry, "State", 32) == "running";
    container.health = health_in_status(text_member(entry, "Status"));
    container.labels = label_members(member(entry, "Labels"));
    container.addresses = addresses_of(member(entry, "NetworkSettings"));
    take_kubernetes_names(container);
    containers.push_back(std::move(container));
  }
  return containers;
}

Result<EngineContainer> parse_container_details(std::string_view body) {
  const auto answer = parse_bounded_json(body);
  if (!answer) {
    return Error("the engine's answer about a container is not JSON");
  }
  return read_container_details(*answer);
}

Result<EngineContainer> read_container_details(const json& answer) {
  EngineContainer container;
  container.id = text_member(answer, "Id", 128);
  if (!is_engine_id(container.id)) {
    return Error("the engine's answer about a container has no id");
  }
  const json& config = member(answer, "Config");
  container.name = bare_name(text_member(answer, "Name"));
  container.image = text_member(config, "Image");
  container.labels = label_members(member(config, "Labels"));
  container.addresses = addresses_of(member(answer, "NetworkSettings"));
  if (const auto restarts = number_member(answer, "RestartCount")) {
    container.restarts = static_cast<std::uint32_t>(std::min<std::uint64_t>(*restarts, UINT32_MAX));
  }
  read_state(container, member(answer, "State"));
  read_limits(container, member(answer, "HostConfig"));
  take_kubernetes_names(container);
  return container;
}

}  // namespace culprit
