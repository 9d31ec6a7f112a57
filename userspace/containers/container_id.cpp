// SPDX-License-Identifier: Apache-2.0
#include "containers/container_id.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/display_text.h"
#include "containers/cgroup_names.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxPathBytes = 4096;
constexpr std::size_t kMaxNameBytes = 128;

/// One component of the path and where it ends.
struct Component {
  std::string_view text;
  std::size_t end = 0;  ///< offset in the path just behind it
};

std::vector<Component> split(std::string_view path) {
  std::vector<Component> components;
  std::size_t begin = 0;
  while (begin < path.size()) {
    const std::size_t slash = std::min(path.find('/', begin), path.size());
    if (slash > begin) {
      components.push_back({path.substr(begin, slash - begin), slash});
    }
    begin = slash + 1;
  }
  return components;
}

/// What recognising one component needs to know about those before it.
struct Context {
  std::string_view parent;
  std::size_t depth = 0;  ///< components before this one
  bool in_pod = false;
  bool in_ecs = false;
};

struct Recognised {
  std::string_view runtime;
  std::string_view id;
  std::string_view name;  ///< empty: the short id
};

struct ScopePrefix {
  std::string_view prefix;
  std::string_view runtime;
};

constexpr std::array kScopePrefixes = {
    ScopePrefix{"docker-", "docker"},
    ScopePrefix{"cri-containerd-", "containerd"},
    ScopePrefix{"containerd-", "containerd"},
    ScopePrefix{"nerdctl-", "containerd"},
    ScopePrefix{"crio-", "crio"},
    ScopePrefix{"libpod-", "podman"},
    ScopePrefix{"buildkit-", "buildkit"},
};

std::string_view runtime_of_prefix(std::string_view prefix) {
  for (const ScopePrefix& known : kScopePrefixes) {
    if (known.prefix.substr(0, known.prefix.size() - 1) == prefix) {
      return known.runtime;
    }
  }
  return "oci";
}

/// "docker-<id>.scope" and the like; podman with cgroupfs leaves out the ".scope".
std::optional<Recognised> engine_scope(std::string_view text) {
  const std::string_view bare = without_suffix(text, ".scope").value_or(text);
  for (const ScopePrefix& known : kScopePrefixes) {
    if (bare.substr(0, known.prefix.size()) == known.prefix) {
      const std::string_view id = bare.substr(known.prefix.size());
      if (is_engine_id(id) || (known.runtime == "buildkit" && is_buildkit_id(id))) {
        return Recognised{known.runtime, id, {}};
      }
    }
  }
  return std::nullopt;
}

/// "<slice>:<prefix>:<id>": systemd's form handed to a runtime that manages cgroupfs itself.
std::optional<Recognised> colon_form(std::string_view text) {
  const std::size_t last = text.rfind(':');
  if (last == std::string_view::npos || !is_engine_id(text.substr(last + 1))) {
    return std::nullopt;
  }
  const std::size_t before = text.rfind(':', last == 0 ? 0 : last - 1);
  if (before == std::string_view::npos || before >= last) {
    return std::nullopt;
  }
  return Recognised{
      runtime_of_prefix(text.substr(before + 1, last - before - 1)), text.substr(last + 1), {}};
}

/// A directory named by nothing but the id: the parent says whose it is.
std::optional<Recognised> bare_id(std::string_view text, const Context& context) {
  if (context.parent == "buildkit" && is_buildkit_id(text)) {
    return Recognised{"buildkit", text, {}};
  }
  if (context.in_ecs && is_fargate_id(text)) {
    return Recognised{"containerd", text, {}};
  }
  if (!is_engine_id(text)) {
    return std::nullopt;
  }
  static constexpr std::array kContainerdNamespaces = {"k8s.io", "default", "moby", "containerd"};
  for (const std::string_view name : kContainerdNamespaces) {
    if (context.parent == name) {
      return Recognised{"containerd", text, {}};
    }
  }
  const bool docker =
      context.in_ecs || context.parent == "docker" || context.parent == "actions_job";
  return Recognised{docker ? "docker" : "oci", text, {}};
}

std::optional<Recognised> lxc(std::string_view text, const Context& context) {
  if (const auto name = without_prefix(text, "lxc.payload."); name && !name->empty()) {
    return Recognised{"lxc", *name, *name};
  }
  const bool parent = context.parent == "lxc.payload" || context.parent == "lxc";
  if (parent && context.depth == 1) {
    return Recognised{"lxc", text, text};
  }
  return std::nullopt;
}

/// Containers that people name themselves: `ctr run`, systemd-nspawn and other machines.
std::optional<Recognised> named(std::string_view text, const Context& context) {
  if (context.depth == 1 && (context.parent == "default" || context.parent == "k8s.io")) {
    return Recognised{"containerd", text, text};
  }
  const auto scope = without_suffix(text, ".scope");
  if (scope && context.parent == "machine.slice") {
    if (const auto machine = without_prefix(*scope, "machine-"); machine && !machine->empty()) {
      return Recognised{"machined", *machine, *machine};
    }
  }
  if (const auto machine = without_prefix(text, "systemd-nspawn@"); machine) {
    const std::string_view name = without_suffix(*machine, ".service").value_or(*machine);
    if (!name.empty()) {
      return Recognised{"machined", name, name};
    }
  }
  return std::nullopt;
}

std::optional<Recognised> recognise(std::string_view text, const Context& context) {
  for (const auto& found : {engine_scope(text), colon_form(text), bare_id(text, context),
                            lxc(text, context), named(text, context)}) {
    if (found) {
      return found;
    }
  }
  return std::nullopt;
}

std::string shown(std::string_view name) {
  return displayable(name, kMaxNameBytes);
}

/// The outermost container on the path, or the pod when no container of it is named.
std::optional<ContainerId> outermost_container(std::string_view path,
                                               const std::vector<Component>& components) {
  Context context;
  ContainerId pod;
  std::string ecs_task;
  for (const Component& component : components) {
    if (auto uid = pod_uid_of(component.text); uid && pod.pod_uid.empty()) {
      pod = {WorkloadKind::Container,
             "kubernetes",
             "",
             "pod-" + *uid,
             *uid,
             "",
             std::string(path.substr(0, component.end))};
      context.in_pod = true;
    }
    if (const auto found = recognise(component.text, context)) {
      ContainerId container;
      container.kind = WorkloadKind::Container;
      container.runtime = std::string(found->runtime);
      container.id = shown(found->id);
      container.name =
          shown(found->name.empty() ? short_container_id(found->id) : unescape_unit(found->name));
      container.pod_uid = pod.pod_uid;
      container.ecs_task = ecs_task;
      container.path = std::string(path.substr(0, component.end));
      return container;
    }
    const auto ecs_slice = without_prefix(component.text, "ecstasks-");
    if (context.in_ecs || ecs_slice) {
      const std::string_view task = ecs_slice.value_or(component.text);
      ecs_task = shown(without_suffix(task, ".slice").value_or(task));
    }
    context.in_ecs = context.in_ecs || ecs_slice || component.text == "ecs";
    context.parent = component.text;
    ++context.depth;
  }
  return context.in_pod ? std::optional(pod) : std::nullopt;
}

ContainerId host_service(std::string_view runtime, std::string_view name, std::string_view path) {
  ContainerId service;
  service.kind = WorkloadKind::HostService;
  service.runtime = std::string(runtime);
  service.name = shown(name);
  service.path = std::string(path);
  return service;
}

/// The outermost systemd unit; inside a user's service manager the unit that it started.
std::optional<ContainerId> systemd_unit(std::string_view path,
                                        const std::vector<Component>& components) {
  std::optional<ContainerId> unit;
  for (const Component& component : components) {
    if (is_unit(component.text)) {
      unit = host_service("systemd", unescape_unit(component.text), path.substr(0, component.end));
      if (component.text.substr(0, 5) != "user@") {
        return unit;
      }
    }
  }
  if (unit || components.empty() || !without_suffix(components.back().text, ".slice")) {
    return unit;
  }
  return host_service("systemd", unescape_unit(components.back().text), path);
}

}  // namespace

ContainerId identify_cgroup(std::string_view path) {
  path = path.substr(0, kMaxPathBytes);
  path = without_suffix(path, " (deleted)").value_or(path);
  while (path.size() > 1 && path.back() == '/') {
    path.remove_suffix(1);
  }
  std::vector<Component> components = split(path);
  // Seen from inside a private cgroup namespace, what is outside begins with "/..".
  while (!components.empty() && components.front().text == "..") {
    components.erase(components.begin());
  }
  if (components.empty()) {
    ContainerId host;
    host.name = "host";
    host.path = "/";
    return host;
  }
  if (auto container = outermost_container(path, components)) {
    return *std::move(container);
  }
  if (auto unit = systemd_unit(path, components)) {
    return *std::move(unit);
  }
  return host_service("cgroup", path.substr(path.front() == '/' ? 1 : 0), path);
}

std::string_view more_telling_path(std::string_view preferred, std::string_view other) {
  if (other.empty() || identify_cgroup(preferred).kind == WorkloadKind::Container) {
    return preferred;
  }
  if (preferred.empty() || preferred == "/" ||
      identify_cgroup(other).kind == WorkloadKind::Container) {
    return other;
  }
  return preferred;
}

std::string short_container_id(std::string_view id) {
  return std::string(is_engine_id(id) ? id.substr(0, 12) : id.substr(0, kMaxNameBytes));
}

}  // namespace culprit
