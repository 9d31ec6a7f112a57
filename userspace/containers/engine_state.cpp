// SPDX-License-Identifier: Apache-2.0
#include "containers/engine_state.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <utility>

#include "base/text_file.h"
#include "containers/cgroup_names.h"
#include "containers/engine_files.h"
#include "containers/text_fields.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxFolderEntries = 8192;
constexpr std::chrono::seconds kFolderInterval{1};
constexpr std::size_t kStateFileLimit = 4U << 20U;

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

/// The names in a folder; none when it cannot be read.
std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, CloseDirectory> handle(::opendir(folder.c_str()));
  while (handle && names.size() < kMaxFolderEntries) {
    const dirent* entry = ::readdir(handle.get());  // NOLINT(concurrency-mt-unsafe): ours alone
    if (entry == nullptr) {
      break;
    }
    const std::string_view name(static_cast<const char*>(entry->d_name));
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  return names;
}

/// A path or name of several parts.
std::string joined(char separator, std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) {
    if (!text.empty()) {
      text += separator;
    }
    text += part;
  }
  return text;
}

std::string content_of(const std::string& path) {
  return read_text_file(path, kStateFileLimit).value_or({});
}

/// When a file last changed, as the time of the start of what writes it at its start.
std::optional<std::chrono::system_clock::time_point> changed_at(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    return std::nullopt;
  }
  return std::chrono::system_clock::time_point(std::chrono::seconds(status.st_mtim.tv_sec) +
                                               std::chrono::nanoseconds(status.st_mtim.tv_nsec));
}

/// Whether a text that came from a label or annotation stays within the folder it is put behind.
bool is_file_name(const std::string& text) {
  return !text.empty() && text != "." && text != ".." && text.find('/') == std::string::npos;
}

/// The highest N of the logs "N.log": kubelet counts a container's restarts so.
std::optional<std::uint32_t> attempts_in(const std::string& folder) {
  std::optional<std::uint32_t> highest;
  for (const std::string& name : names_in(folder)) {
    const auto number = to_number(without_suffix(name, ".log").value_or(std::string_view()));
    if (number && *number < 1000000) {
      highest = std::max(highest.value_or(0), static_cast<std::uint32_t>(*number));
    }
  }
  return highest;
}

}  // namespace

EngineState::EngineState(EngineStateRoots roots, Clock clock)
    : roots_(std::move(roots)), clock_(std::move(clock)) {
  std::string named = parse_docker_data_root(content_of(roots_.docker_configuration));
  if (!named.empty()) {
    roots_.docker.insert(roots_.docker.begin(), std::move(named));
  }
}

EngineContainer EngineState::find(const std::string& id) {
  EngineContainer container;
  if (!is_engine_id(id)) {
    // Only ids of this form are used in paths: nothing else can lead out of a folder.
    return container;
  }
  refresh_folders();
  container = from_docker(id);
  fill_gaps(container, from_containerd(id));
  fill_gaps(container, from_storage(id));
  if (const auto logs = logs_by_id_.find(id); logs != logs_by_id_.end()) {
    fill_gaps(container, logs->second);
  }
  if (!container.pod_uid.empty()) {
    fill_gaps(container, find_pod(container.pod_uid));
  }
  if (!container.restarts && !container.pod_uid.empty() && is_file_name(container.name)) {
    const std::string pod =
        joined('_', {container.pod_namespace, container.pod, container.pod_uid});
    if (is_file_name(pod)) {
      container.restarts = attempts_in(joined('/', {roots_.pod_logs, pod, container.name}));
    }
  }
  return container;
}

EngineContainer EngineState::find_pod(const std::string& pod_uid) {
  refresh_folders();
  const auto found = pods_by_uid_.find(pod_uid);
  return found == pods_by_uid_.end() ? EngineContainer() : found->second;
}

void EngineState::refresh_folders() {
  const KernelTime now = clock_();
  if (folders_read_ && now - *folders_read_ < kFolderInterval) {
    return;
  }
  folders_read_ = now;
  read_pod_logs();
  read_container_logs();
  for (const std::string& folder : roots_.storage) {
    read_storage(folder);
  }
  containerd_namespaces_ = names_in(roots_.containerd_tasks);
}

void EngineState::read_pod_logs() {
  for (const std::string& name : names_in(roots_.pod_logs)) {
    if (auto pod = parse_pod_log_folder(name)) {
      pods_by_uid_.insert_or_assign(pod->pod_uid, *pod);
    }
  }
}

void EngineState::read_container_logs() {
  for (const std::string& name : names_in(roots_.container_logs)) {
    if (auto container = parse_container_log_link(name)) {
      logs_by_id_.insert_or_assign(container->id, *container);
    }
  }
}

void EngineState::read_storage(const std::string& folder) {
  for (auto& [id, container] :
       parse_storage_list(content_of(joined('/', {folder, "containers.json"})))) {
    storage_by_id_.insert_or_assign(id, std::move(container));
  }
}

EngineContainer EngineState::from_docker(const std::string& id) const {
  for (const std::string& root : roots_.docker) {
    const std::string folder = joined('/', {root, "containers", id});
    const std::string config = content_of(joined('/', {folder, "config.v2.json"}));
    if (!config.empty()) {
      return parse_docker_files(config, content_of(joined('/', {folder, "hostconfig.json"})));
    }
  }
  return {};
}

EngineContainer EngineState::from_containerd(const std::string& id) const {
  for (const std::string& name : containerd_namespaces_) {
    const std::string path = joined('/', {roots_.containerd_tasks, name, id, "config.json"});
    const std::string config = content_of(path);
    if (config.empty()) {
      continue;
    }
    EngineContainer container = parse_oci_config(config);
    container.id = id;
    // Docker keeps its containers in containerd's "moby".
    container.runtime = name == "moby" ? "docker" : "containerd";
    container.started_at = changed_at(path);
    return container;
  }
  return {};
}

EngineContainer EngineState::from_storage(const std::string& id) const {
  EngineContainer container;
  if (const auto listed = storage_by_id_.find(id); listed != storage_by_id_.end()) {
    container = listed->second;
  }
  std::vector<std::string> folders = roots_.storage_run;
  folders.insert(folders.end(), roots_.storage.begin(), roots_.storage.end());
  for (const std::string& folder : folders) {
    const std::string path = joined('/', {folder, id, "userdata/config.json"});
    const std::string config = content_of(path);
    if (config.empty()) {
      continue;
    }
    EngineContainer more = parse_oci_config(config);
    more.started_at = changed_at(path);
    // The annotations tell the name within the pod; the list tells the engine's longer one.
    if (!more.name.empty() && !more.pod.empty()) {
      container.name = more.name;
    }
    fill_gaps(container, more);
    container.id = id;
    break;
  }
  return container;
}

}  // namespace culprit
