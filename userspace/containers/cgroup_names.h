// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace culprit {

// How engines, Kubernetes and systemd spell one component of a cgroup path.

/// What is left of `text` without its ending; nothing when it does not end so.
std::optional<std::string_view> without_suffix(std::string_view text, std::string_view suffix);
std::optional<std::string_view> without_prefix(std::string_view text, std::string_view prefix);

/// 64 lower-case hexadecimal digits: Docker, containerd's CRI, CRI-O, podman.
bool is_engine_id(std::string_view text);

/// 25 lower-case letters and digits.
bool is_buildkit_id(std::string_view text);

/// "<task, 32 hexadecimal digits>-<number>": a container of ECS on Fargate.
bool is_fargate_id(std::string_view text);

/// The uid in "pod<uid>" or "kubepods[-class]-pod<uid>.slice[:...]", with dashes.
std::optional<std::string> pod_uid_of(std::string_view component);

/// Whether systemd puts processes into a cgroup of this name: services, scopes, mounts, ...
bool is_unit(std::string_view component);

/// systemd writes unusual bytes of a unit's name as \xNN; this gives them back.
std::string unescape_unit(std::string_view name);

}  // namespace culprit
