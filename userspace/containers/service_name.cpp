// SPDX-License-Identifier: Apache-2.0
#include "containers/service_name.h"

#include <algorithm>
#include <cstddef>

namespace culprit {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Kubernetes draws generated endings from these characters only, so that no words come out.
bool is_generated(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("bcdfghjklmnpqrstvwxz2456789") == std::string_view::npos;
}

std::string label(const Container& container, const char* name) {
  const auto found = container.labels.find(name);
  return found == container.labels.end() ? std::string() : found->second;
}

std::string joined(const std::string& group, const std::string& name) {
  return group.empty() ? name : group + "/" + name;
}

}  // namespace

std::string pod_owner(std::string_view pod_name) {
  const std::size_t last = pod_name.rfind('-');
  if (last == std::string_view::npos || last == 0) {
    return std::string(pod_name);
  }
  const std::string_view ending = pod_name.substr(last + 1);
  const std::string_view rest = pod_name.substr(0, last);
  if (ending.size() == 5 && is_generated(ending)) {
    const std::size_t before = rest.rfind('-');
    if (before != std::string_view::npos && before != 0) {
      const std::string_view middle = rest.substr(before + 1);
      // A replica set's hash; or the minute a cron job was due.
      const bool replica_set = middle.size() >= 8 && middle.size() <= 10 && is_generated(middle);
      const bool cron_job = middle.size() >= 8 && middle.size() <= 10 && all_digits(middle);
      if (replica_set || cron_job) {
        return std::string(rest.substr(0, before));
      }
    }
    return std::string(rest);
  }
  if (all_digits(ending) && ending.size() <= 4) {
    return std::string(rest);
  }
  return std::string(pod_name);
}

std::string image_repository(std::string_view image) {
  image = image.substr(0, image.find('@'));
  std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    image = image.substr(0, colon);
  }
  // The first component is a registry when it could be a host's name.
  slash = image.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view first = image.substr(0, slash);
    if (first == "localhost" || first.find_first_of(".:") != std::string_view::npos) {
      image = image.substr(slash + 1);
    }
  }
  if (image.substr(0, 8) == "library/") {
    image = image.substr(8);
  }
  const bool digest =
      image == "sha256" ||
      (image.size() >= 12 && image.find_first_not_of("0123456789abcdef") == std::string_view::npos);
  return digest ? std::string() : std::string(image);
}

std::string service_of(const Container& container) {
  if (const std::string service = label(container, "com.docker.compose.service");
      !service.empty()) {
    return joined(label(container, "com.docker.compose.project"), service);
  }
  if (std::string service = label(container, "com.docker.swarm.service.name"); !service.empty()) {
    return service;
  }
  if (const std::string family = label(container, "com.amazonaws.ecs.task-definition-family");
      !family.empty()) {
    return joined(family, label(container, "com.amazonaws.ecs.container-name"));
  }
  if (!container.pod.empty()) {
    return joined(container.pod_namespace, pod_owner(container.pod));
  }
  if (container.kind == WorkloadKind::Container) {
    if (std::string repository = image_repository(container.image); !repository.empty()) {
      return repository;
    }
  }
  return container.name;
}

}  // namespace culprit
