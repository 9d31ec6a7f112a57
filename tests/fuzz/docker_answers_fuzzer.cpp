// SPDX-License-Identifier: Apache-2.0
// Any bytes as an answer of a container engine's socket.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "containers/docker_answers.h"

namespace {

constexpr std::size_t kMostLabels = 64;

void check(const culprit::EngineContainer& container) {
  if (container.id.empty() || container.labels.size() > kMostLabels) {
    __builtin_trap();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  (void)culprit::parse_version(body);
  if (const auto containers = culprit::parse_container_list(body)) {
    for (const culprit::EngineContainer& container : *containers) {
      check(container);
    }
  }
  if (const auto container = culprit::parse_container_details(body)) {
    check(*container);
  }
  return 0;
}
