// SPDX-License-Identifier: Apache-2.0
#include "comparison/workload_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "base/display_text.h"
#include "containers/service_name.h"
#include "report/describe.h"

namespace culprit {
namespace {

constexpr std::size_t kShortestId = 3;

/// Labels under which builders and orchestrators keep an image's or a deployment's version.
constexpr std::array<std::string_view, 4> kVersionLabels = {"version", "app.kubernetes.io/version",
                                                            "org.opencontainers.image.version",
                                                            "org.label-schema.version"};

/// "web" of "registry/shop/web".
std::string_view last_part(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

bool has_name(const WorkloadProfile& workload, std::string_view name) {
  const Container& container = workload.container;
  if (name.empty()) {
    return false;
  }
  if (workload_name(workload) == name || workload.kernel_activity == name) {
    return true;
  }
  if (!workload.kernel_activity.empty()) {
    return false;
  }
  const std::string service = service_of(container);
  const std::string repository = image_repository(container.image);
  const std::array<std::string_view, 9> names = {
      container.name, last_part(container.name), container.pod,
      service,        last_part(service),        container.image,
      repository,     last_part(repository),     container.cgroup_path};
  return std::ranges::find(names, name) != names.end() ||
         (name.size() >= kShortestId && container.id.starts_with(name));
}

bool has_version(const Container& container, std::string_view version) {
  return !version.empty() && (image_tag(container.image) == version ||
                              std::ranges::any_of(kVersionLabels, [&](std::string_view name) {
                                const auto label = container.labels.find(std::string(name));
                                return label != container.labels.end() && label->second == version;
                              }));
}

bool has_label(const Container& container, std::string_view key, std::string_view value) {
  const auto label = container.labels.find(std::string(key));
  return label != container.labels.end() && label->second == value;
}

}  // namespace

bool is_chosen(const WorkloadProfile& workload, std::string_view wish) {
  if (has_name(workload, wish)) {
    return true;
  }
  const std::size_t equals = wish.find('=');
  if (equals != std::string_view::npos) {
    return has_label(workload.container, wish.substr(0, equals), wish.substr(equals + 1));
  }
  const std::size_t at = wish.rfind('@');
  return at != std::string_view::npos && has_name(workload, wish.substr(0, at)) &&
         has_version(workload.container, wish.substr(at + 1));
}

std::string nobody_is(std::string_view wish, const std::set<std::string>& names) {
  constexpr std::size_t kMostNames = 10;
  std::string known;
  std::size_t shown = 0;
  for (const std::string& name : names) {
    if (shown++ < kMostNames) {
      known += (known.empty() ? "" : ", ") + name;
    }
  }
  if (shown > kMostNames) {
    known += fmt::format(" and {} more", shown - kMostNames);
  }
  return fmt::format("no container is \"{}\"; there are: {}", displayable(wish, 128),
                     known.empty() ? "none" : known);
}

}  // namespace culprit
