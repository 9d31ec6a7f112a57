// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "containers/engine_container.h"

namespace culprit {

// Pure readers of the files that engines keep of their containers. What is not as expected gives
// an empty value: these files are a second choice and differ between versions.

/// Docker's config.v2.json and hostconfig.json; the latter may be empty.
EngineContainer parse_docker_files(std::string_view config, std::string_view host_config);

/// The OCI config.json of a running container: its annotations, as containerd, CRI-O, podman and
/// nerdctl write them.
EngineContainer parse_oci_config(std::string_view config);

/// containers.json of podman's and CRI-O's storage, by id.
std::map<std::string, EngineContainer> parse_storage_list(std::string_view list);

/// "<namespace>_<pod>_<uid>", a folder in /var/log/pods.
std::optional<EngineContainer> parse_pod_log_folder(std::string_view name);

/// "<pod>_<namespace>_<container>-<id>.log", a link in /var/log/containers.
std::optional<EngineContainer> parse_container_log_link(std::string_view name);

/// The data root that Docker's daemon.json names; empty when it names none.
std::string parse_docker_data_root(std::string_view daemon_json);

}  // namespace culprit
