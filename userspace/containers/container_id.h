// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "containers/container.h"

namespace culprit {

/// What a cgroup path alone says about the workload it belongs to. All texts are displayable but
/// `path`, which is bytes of the file system.
struct ContainerId {
  WorkloadKind kind = WorkloadKind::Host;
  std::string runtime;   ///< as Container::runtime; "oci" when an engine is at work but not which
  std::string id;        ///< the engine's id; empty for host services and for a pod itself
  std::string name;      ///< what to call it when nobody knows better: short id, unit name, path
  std::string pod_uid;   ///< Kubernetes: with dashes; static pods have 32 hexadecimal digits
  std::string ecs_task;  ///< Amazon ECS: the task's id
  std::string path;      ///< of the container or unit itself, without the leaves below it
};

/// Reads a cgroup path relative to its hierarchy's root, as in /proc/PID/cgroup. Of containers
/// within containers it names the outermost: what a person of this host calls it. Never fails: what
/// it does not recognise is a bare cgroup named by its path.
ContainerId identify_cgroup(std::string_view path);

/// Which of the two paths of a process, v2 and v1, says more about its container: engines that
/// know only v1 leave their containers in their own unit's v2 cgroup. Either may be empty.
std::string_view more_telling_path(std::string_view preferred, std::string_view other);

/// The first 12 characters of an engine's id, as engines print them.
std::string short_container_id(std::string_view id);

}  // namespace culprit
