// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/kernel_time.h"
#include "containers/engine_container.h"

namespace culprit {

/// Where engines and Kubernetes keep their state on disk.
struct EngineStateRoots {
  /// Docker's data roots, besides the one that /etc/docker/daemon.json names.
  std::vector<std::string> docker = {"/var/lib/docker", "/var/snap/docker/common/var-lib-docker"};
  std::string docker_configuration = "/etc/docker/daemon.json";
  std::string containerd_tasks = "/run/containerd/io.containerd.runtime.v2.task";
  /// podman and CRI-O: the storage's list of containers, and where their bundles run.
  std::vector<std::string> storage = {"/var/lib/containers/storage/overlay-containers",
                                      "/var/lib/containers/storage/vfs-containers"};
  std::vector<std::string> storage_run = {"/run/containers/storage/overlay-containers",
                                          "/run/containers/storage/vfs-containers"};
  std::string pod_logs = "/var/log/pods";
  std::string container_logs = "/var/log/containers";
};

/// Names containers from the engines' files, for when no socket answers. Files are read when a
/// container is first asked for, folders at most once a second. Files that are absent or not as
/// expected are as if they held nothing. Not thread-safe.
class EngineState {
 public:
  using Clock = std::function<KernelTime()>;

  explicit EngineState(EngineStateRoots roots = {}, Clock clock = std::chrono::steady_clock::now);

  /// What the files say of the container with this engine id, as an empty value when nothing.
  EngineContainer find(const std::string& id);

  /// Pod and namespace names of a pod uid, from the names of its log folder.
  EngineContainer find_pod(const std::string& pod_uid);

 private:
  void refresh_folders();
  void read_pod_logs();
  void read_container_logs();
  void read_storage(const std::string& folder);
  [[nodiscard]] EngineContainer from_docker(const std::string& id) const;
  [[nodiscard]] EngineContainer from_containerd(const std::string& id) const;
  [[nodiscard]] EngineContainer from_storage(const std::string& id) const;

  EngineStateRoots roots_;
  Clock clock_;
  std::optional<KernelTime> folders_read_;
  std::map<std::string, EngineContainer> pods_by_uid_;
  std::map<std::string, EngineContainer> logs_by_id_;
  std::map<std::string, EngineContainer> storage_by_id_;
  std::vector<std::string> containerd_namespaces_;
};

}  // namespace culprit
