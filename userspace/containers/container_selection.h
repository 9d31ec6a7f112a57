// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "containers/container.h"

namespace culprit {

/// What the user asked for with --container, --pod and --label.
struct ContainerSelection {
  std::vector<std::string> containers;  ///< name, id prefix or cgroup path
  std::vector<std::string> pods;        ///< "namespace/name"
  std::vector<std::string> labels;      ///< "key=value", or "key" for any value

  [[nodiscard]] bool empty() const { return containers.empty() && pods.empty() && labels.empty(); }
};

/// The cgroup paths of what was selected among `known`, sorted, without repetition. Pure. Fails
/// with a sentence for the user when one wish names nothing, or names several by one name or id.
/// A cgroup path need not be a container's: any of `cgroup_paths` will do.
Result<std::vector<std::string>> select_containers(const ContainerSelection& selection,
                                                   const std::vector<Container>& known,
                                                   const std::vector<std::string>& cgroup_paths);

}  // namespace culprit
