// SPDX-License-Identifier: Apache-2.0
#include "probes/syscalls/name_book.h"

#include <bpf/bpf.h>

#include <cstring>

#include "abi/endpoint.h"

namespace culprit {
namespace {

/// More names than a window has use for; who invents names does not make us grow.
constexpr std::size_t kRemembered = 4096;

}  // namespace

std::string NameBook::name(std::uint64_t hash) {
  if (hash == 0) {
    return {};
  }
  if (const auto found = known_.find(hash); found != known_.end()) {
    return found->second;
  }
  culprit_name name{};
  if (bpf_map_lookup_elem(map_, &hash, &name) != 0) {
    return {};
  }
  if (known_.size() >= kRemembered) {
    known_.clear();
  }
  const char* text = static_cast<const char*>(name.text);
  return known_.emplace(hash, std::string(text, strnlen(text, CULPRIT_NAME_SIZE))).first->second;
}

}  // namespace culprit
