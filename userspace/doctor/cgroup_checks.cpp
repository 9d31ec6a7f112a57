// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "base/display_text.h"
#include "containers/cgroup_mounts.h"
#include "containers/docker_engine.h"
#include "doctor/host_checks.h"

namespace culprit {
namespace {

std::string layout_of(const CgroupMounts& mounts) {
  const CgroupMount* v1 = mounts.v1_identity();
  if (mounts.v2 && v1 != nullptr) {
    return "hybrid: v2 in " + mounts.v2->directory + ", v1 in " + v1->directory;
  }
  if (mounts.v2) {
    return "v2 in " + mounts.v2->directory;
  }
  return v1 == nullptr ? "v1 without cpu, memory and pids" : "v1 in " + v1->directory;
}

bool is_socket(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode);
}

}  // namespace

std::vector<Check> check_cgroups() {
  Check check{.section = "containers", .name = "cgroups"};
  const auto mounts = find_cgroup_mounts();
  if (mounts && (mounts->v2 || mounts->v1_identity() != nullptr)) {
    check.found = displayable(layout_of(*mounts));
  } else {
    check.health = Health::Missing;
    check.found = mounts ? layout_of(*mounts) : mounts.error().message();
    check.lost = "telling containers apart";
    check.mend = "mount -t cgroup2 none /sys/fs/cgroup";
  }
  return {check};
}

std::vector<Check> check_engines() {
  EngineSockets sockets;
  std::erase_if(sockets.paths, [](const std::string& path) { return !is_socket(path); });
  Check check{.section = "containers", .name = "engine"};
  if (sockets.paths.empty()) {
    check.health = Health::Fallback;
    check.found = "no socket of Docker or podman; names come from cgroup paths and files on disk";
    check.lost = "images, limits, labels and health of containers, where the files do not say";
    check.mend = "culprit --docker-socket PATH, or mount the socket into the container";
    return {check};
  }
  const EngineAnswer answer = ask_engines(sockets);
  for (const std::string& engine : answer.engines) {
    check.found += (check.found.empty() ? "" : "; ") + displayable(engine);
  }
  if (!answer.failures.empty()) {
    check.health = Health::Fallback;
    check.lost = displayable(answer.failures.front());
    check.mend = "systemctl status docker";
  }
  return {check};
}

}  // namespace culprit
