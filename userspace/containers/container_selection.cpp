// SPDX-License-Identifier: Apache-2.0
#include "containers/container_selection.h"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <set>
#include <string_view>
#include <utility>

#include "base/display_text.h"
#include "containers/container_id.h"

namespace culprit {
namespace {

using Matches = std::vector<const Container*>;

Matches matching(const std::vector<Container>& known,
                 const std::function<bool(const Container&)>& wanted) {
  Matches matches;
  for (const Container& container : known) {
    if (wanted(container)) {
      matches.push_back(&container);
    }
  }
  return matches;
}

/// Names for an error message: enough to recognise a misspelling, not a flood.
std::string names_of(const Matches& containers) {
  constexpr std::size_t kMaxNames = 10;
  std::string text;
  for (std::size_t index = 0; index < containers.size() && index < kMaxNames; ++index) {
    text += index == 0 ? "" : ", ";
    text += containers[index]->name;
    if (const std::string id = short_container_id(containers[index]->id);
        !id.empty() && id != containers[index]->name) {
      text += " (" + id + ")";
    }
  }
  if (containers.size() > kMaxNames) {
    text += " and " + std::to_string(containers.size() - kMaxNames) + " more";
  }
  return text;
}

Error unknown(const std::string& what, const std::string& wish,
              const std::vector<Container>& known) {
  const Matches running =
      matching(known, [](const Container& each) { return each.kind == WorkloadKind::Container; });
  std::string text = "no " + what + " \"" + displayable(wish, 128) + "\" is running; ";
  text += running.empty() ? "there is no container at all" : "running are: " + names_of(running);
  return Error(std::move(text));
}

/// "backend" of Kubernetes' "backend-7d9f-x2x4z/backend".
bool is_named(const Container& container, const std::string& wish) {
  if (container.name == wish) {
    return true;
  }
  const std::size_t slash = container.name.rfind('/');
  return !container.pod.empty() && slash != std::string::npos &&
         std::string_view(container.name).substr(slash + 1) == wish;
}

bool is_id_prefix(const Container& container, const std::string& wish) {
  constexpr std::size_t kShortestPrefix = 3;
  return wish.size() >= kShortestPrefix && !container.id.empty() &&
         container.id.compare(0, wish.size(), wish) == 0;
}

Result<std::string> find_container(const std::string& wish, const std::vector<Container>& known,
                                   const std::vector<std::string>& cgroup_paths) {
  Matches matches = matching(known, [&](const Container& each) { return is_named(each, wish); });
  if (matches.empty()) {
    matches = matching(known, [&](const Container& each) { return is_id_prefix(each, wish); });
  }
  if (matches.size() > 1) {
    return Error("\"" + displayable(wish, 128) + "\" is not one container but " +
                 std::to_string(matches.size()) + ": " + names_of(matches) +
                 "; name one by its id, or several by --label or --pod");
  }
  if (matches.size() == 1) {
    return matches.front()->cgroup_path;
  }
  std::string path = wish;
  while (path.size() > 1 && path.back() == '/') {
    path.pop_back();
  }
  if (!path.empty() && path.front() != '/') {
    path.insert(0, 1, '/');
  }
  if (path.size() > 1 &&
      std::find(cgroup_paths.begin(), cgroup_paths.end(), path) != cgroup_paths.end()) {
    return path;
  }
  return unknown("container", wish, known);
}

Result<Matches> find_pod(const std::string& wish, const std::vector<Container>& known) {
  const std::size_t slash = wish.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == wish.size()) {
    return Error("a pod is named NAMESPACE/NAME, not \"" + displayable(wish, 128) + "\"");
  }
  const std::string name_space = wish.substr(0, slash), name = wish.substr(slash + 1);
  Matches matches = matching(known, [&](const Container& each) {
    return each.pod == name && each.pod_namespace == name_space;
  });
  if (matches.empty()) {
    return unknown("pod", wish, known);
  }
  return matches;
}

Result<Matches> find_label(const std::string& wish, const std::vector<Container>& known) {
  const std::size_t equals = wish.find('=');
  const std::string key = wish.substr(0, equals);
  if (key.empty()) {
    return Error("a label is KEY=VALUE or KEY, not \"" + displayable(wish, 128) + "\"");
  }
  Matches matches = matching(known, [&](const Container& each) {
    const auto label = each.labels.find(key);
    return label != each.labels.end() &&
           (equals == std::string::npos || label->second == wish.substr(equals + 1));
  });
  if (matches.empty()) {
    return unknown("container with the label", wish, known);
  }
  return matches;
}

}  // namespace

Result<std::vector<std::string>> select_containers(const ContainerSelection& selection,
                                                   const std::vector<Container>& known,
                                                   const std::vector<std::string>& cgroup_paths) {
  std::set<std::string> paths;
  for (const std::string& wish : selection.containers) {
    auto path = find_container(wish, known, cgroup_paths);
    if (!path) {
      return std::move(path).error();
    }
    paths.insert(*std::move(path));
  }
  const auto add_all = [&](const std::vector<std::string>& wishes, const auto& find) -> Status {
    for (const std::string& wish : wishes) {
      const Result<Matches> matches = find(wish, known);
      if (!matches) {
        return matches.error();
      }
      for (const Container* container : *matches) {
        paths.insert(container->cgroup_path);
      }
    }
    return Success{};
  };
  if (Status pods = add_all(selection.pods, find_pod); !pods) {
    return std::move(pods).error();
  }
  if (Status labels = add_all(selection.labels, find_label); !labels) {
    return std::move(labels).error();
  }
  return std::vector<std::string>(paths.begin(), paths.end());
}

}  // namespace culprit
