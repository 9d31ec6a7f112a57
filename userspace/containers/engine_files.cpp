// SPDX-License-Identifier: Apache-2.0
#include "containers/engine_files.h"

#include <initializer_list>
#include <utility>
#include <vector>

#include "base/display_text.h"
#include "containers/bounded_json.h"
#include "containers/cgroup_names.h"
#include "containers/docker_answers.h"
#include "containers/text_fields.h"

namespace culprit {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxStorageContainers = 4096;

std::string first_of(const json& annotations, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (std::string text = text_member(annotations, key); !text.empty()) {
      return text;
    }
  }
  return {};
}

}  // namespace

EngineContainer parse_docker_files(std::string_view config, std::string_view host_config) {
  // The files hold what the API answers with, cut in two and with the id spelled otherwise.
  const auto state = parse_bounded_json(config);
  if (!state || !state->is_object()) {
    return {};
  }
  json answer = {{"Id", text_member(*state, "ID", 128)}};
  for (const char* key : {"Name", "Config", "State", "NetworkSettings", "RestartCount"}) {
    answer[key] = member(*state, key);
  }
  if (auto host = parse_bounded_json(host_config)) {
    answer["HostConfig"] = *std::move(host);
  }
  auto container = read_container_details(answer);
  if (!container) {
    return {};
  }
  container->runtime = "docker";
  return *std::move(container);
}

EngineContainer parse_oci_config(std::string_view config) {
  const auto bundle = parse_bounded_json(config);
  EngineContainer container;
  if (!bundle) {
    return container;
  }
  const json& annotations = member(*bundle, "annotations");
  container.name =
      first_of(annotations, {"io.kubernetes.cri.container-name", "io.kubernetes.container.name",
                             "nerdctl/name", "io.podman.annotations.container.name"});
  container.image =
      first_of(annotations, {"io.kubernetes.cri.image-name", "io.kubernetes.cri-o.ImageName",
                             "io.kubernetes.cri-o.Image", "nerdctl/image"});
  container.pod =
      first_of(annotations, {"io.kubernetes.cri.sandbox-name", "io.kubernetes.pod.name"});
  container.pod_namespace =
      first_of(annotations, {"io.kubernetes.cri.sandbox-namespace", "io.kubernetes.pod.namespace"});
  container.pod_uid =
      first_of(annotations, {"io.kubernetes.cri.sandbox-uid", "io.kubernetes.pod.uid"});
  const std::string type = first_of(
      annotations, {"io.kubernetes.cri.container-type", "io.kubernetes.cri-o.ContainerType"});
  if (type == "sandbox") {
    container.name = "POD";  // as kubelet calls the container that holds a pod's namespaces
  }
  container.labels = label_members(annotations);
  std::erase_if(container.labels, [](const auto& label) {
    // Whole configurations as text: of no use to a reader, and they may hold secrets.
    return label.first.find("last-applied") != std::string::npos || label.second.size() > 128;
  });
  return container;
}

std::map<std::string, EngineContainer> parse_storage_list(std::string_view list) {
  std::map<std::string, EngineContainer> containers;
  const auto entries = parse_bounded_json(list);
  if (!entries || !entries->is_array()) {
    return containers;
  }
  for (const json& entry : *entries) {
    EngineContainer container;
    container.id = text_member(entry, "id", 128);
    if (!is_engine_id(container.id) || containers.size() == kMaxStorageContainers) {
      continue;
    }
    const json& names = member(entry, "names");
    if (names.is_array() && !names.empty() && names.front().is_string()) {
      container.name = displayable(names.front().get_ref<const json::string_t&>(), 256);
    }
    container.runtime = "podman";
    const auto* metadata = member(entry, "metadata").get_ptr<const json::string_t*>();
    if (metadata != nullptr) {
      if (const auto inner = parse_bounded_json(*metadata)) {
        container.image = text_member(*inner, "image-name");
        container.runtime = member(*inner, "pod-id").is_string() ? "crio" : "podman";
      }
    }
    take_kubernetes_names(container);
    containers.emplace(container.id, container);
  }
  return containers;
}

std::optional<EngineContainer> parse_pod_log_folder(std::string_view name) {
  const std::vector<std::string_view> parts = fields(name, '_');
  if (parts.size() != 3 || !pod_uid_of("pod" + std::string(parts[2]))) {
    return std::nullopt;
  }
  EngineContainer pod;
  pod.pod_namespace = displayable(parts[0], 64);
  pod.pod = displayable(parts[1], 256);
  pod.pod_uid = std::string(parts[2]);
  return pod;
}

std::optional<EngineContainer> parse_container_log_link(std::string_view name) {
  const auto bare = without_suffix(name, ".log");
  const std::vector<std::string_view> parts =
      bare ? fields(*bare, '_') : std::vector<std::string_view>();
  if (parts.size() != 3 || parts[2].size() < 66) {
    return std::nullopt;
  }
  const std::size_t dash = parts[2].size() - 65;
  if (parts[2][dash] != '-' || !is_engine_id(parts[2].substr(dash + 1))) {
    return std::nullopt;
  }
  EngineContainer container;
  container.pod = displayable(parts[0], 256);
  container.pod_namespace = displayable(parts[1], 64);
  container.name = displayable(parts[2].substr(0, dash), 256);
  container.id = std::string(parts[2].substr(dash + 1));
  return container;
}

std::string parse_docker_data_root(std::string_view daemon_json) {
  const auto settings = parse_bounded_json(daemon_json);
  if (!settings) {
    return {};
  }
  const auto* root = member(*settings, "data-root").get_ptr<const json::string_t*>();
  return root != nullptr && root->size() < 4096 && root->substr(0, 1) == "/" ? *root
                                                                             : std::string();
}

}  // namespace culprit
