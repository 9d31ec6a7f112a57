// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"

namespace culprit {

/// What sort of thing a cgroup belongs to.
enum class WorkloadKind : std::uint8_t {
  Container,    ///< of an engine: Docker, containerd, CRI-O, podman, LXC, ...
  HostService,  ///< a systemd unit, a login session, or a bare cgroup below the root
  Host,         ///< the root cgroup: everything that is in no other
};

/// One container or host service, as a person would name it. All texts are displayable.
struct Container {
  WorkloadKind kind = WorkloadKind::Container;
  std::string name;     ///< "shop-backend-2"; the short id when nobody knows a name
  std::string id;       ///< full engine id; empty for host services
  std::string runtime;  ///< "docker", "containerd", "crio", "podman", "lxc", "systemd", "cgroup"
  std::string image;
  std::string pod;
  std::string pod_namespace;
  /// What replicas have in common: compose service, Kubernetes owner, else image, else name.
  std::string service;
  std::string cgroup_path;  ///< relative to the hierarchy's root
  CgroupId cgroup;          ///< of the container itself, not of the leaves below it
  std::optional<std::chrono::system_clock::time_point> started_at;
  std::optional<std::uint32_t> restarts;
  std::string health;  ///< "healthy", "unhealthy", "starting" or empty
  std::optional<double> cpu_limit_cores;
  /// Of a limit that the engine was given as a quota: it refuses to change that as a number of
  /// cores.
  std::optional<std::uint64_t> cpu_quota_period_us;
  std::optional<std::uint64_t> memory_limit_bytes;
  std::map<std::string, std::string> labels;
  std::vector<std::string> addresses;  ///< IP addresses on the engine's networks
};

}  // namespace culprit
