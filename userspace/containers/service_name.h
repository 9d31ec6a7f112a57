// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "containers/container.h"

namespace culprit {

/// The Deployment, StatefulSet, DaemonSet or Job that a pod of this name most likely belongs to:
/// generated endings are taken off ("backend-7d9f8c6b5d-x2x4z" -> "backend", "db-0" -> "db").
std::string pod_owner(std::string_view pod_name);

/// An image without registry, tag and digest: "shop/backend" for "registry:5000/shop/backend:v42".
/// Empty when the image is known by its digest only.
std::string image_repository(std::string_view image);

/// What replicas and generations of a container have in common: compose project and service, swarm
/// service, Kubernetes namespace and owner, ECS family, else the image's repository, else the name.
std::string service_of(const Container& container);

}  // namespace culprit
