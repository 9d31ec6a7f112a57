// SPDX-License-Identifier: Apache-2.0
#include "capture/recorded_texts.h"

#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "base/display_text.h"

namespace culprit {
namespace {

/// More than any text has that was made displayable before it was recorded.
constexpr std::size_t kLongest = 16384;

template <typename... Texts>
void clean(Texts&... texts) {
  ((texts = displayable(texts, kLongest)), ...);
}

}  // namespace

void make_displayable(ResolvedFrame& frame) {
  clean(frame.function, frame.file, frame.module);
  if (frame.function.empty()) {
    frame.function = "[unknown]";
  }
}

void make_displayable(Container& container) {
  clean(container.name, container.id, container.runtime, container.image, container.pod,
        container.pod_namespace, container.service, container.cgroup_path, container.health);
  std::map<std::string, std::string> labels;
  for (const auto& [key, value] : container.labels) {
    labels[displayable(key, kLongest)] = displayable(value, kLongest);
  }
  container.labels = std::move(labels);
  for (std::string& address : container.addresses) {
    clean(address);
  }
}

void make_displayable(ProcessFacts& facts) {
  clean(facts.comm, facts.executable, facts.command_line, facts.cgroup_path);
}

}  // namespace culprit
