// SPDX-License-Identifier: Apache-2.0
#include "kernel/shared_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

namespace culprit {
namespace {

constexpr std::array<std::string_view, 16> kShared = {
    "losses",          "cgroup_losses",    "seen_stacks",   "events",
    "names",           "connects",         "unwind_spaces", "connects_in_flight",
    "unwind_mappings", "wanted_cgroups",   "unwind_tables", "unwind_rules",
    "runtime_spaces",  "python_processes", "suspects",      "v8_processes"};

bool is_shared(std::string_view name) {
  return std::find(kShared.begin(), kShared.end(), name) != kShared.end();
}

}  // namespace

Status SharedMaps::before_load(bpf_object* object) {
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    if (on_demand_ && bpf_map__type(map) == BPF_MAP_TYPE_HASH) {
      bpf_map__set_map_flags(map, bpf_map__map_flags(map) | BPF_F_NO_PREALLOC);
    }
    const std::string name = bpf_map__name(map);
    const auto made = maps_.find(name);
    if (made == maps_.end()) {
      continue;
    }
    if (const int error = bpf_map__reuse_fd(map, made->second.get()); error != 0) {
      return Error::from_errno("share the BPF map " + name, error);
    }
  }
  return Success{};
}

Status SharedMaps::after_load(bpf_object* object) {
  bpf_map* map = nullptr;
  bpf_object__for_each_map(map, object) {
    const std::string name = bpf_map__name(map);
    if (!is_shared(name) || maps_.contains(name) || bpf_map__fd(map) < 0) {
      continue;
    }
    UniqueFd own(::fcntl(bpf_map__fd(map), F_DUPFD_CLOEXEC, 3));
    if (!own.valid()) {
      return Error::from_errno("keep the BPF map " + name, errno);
    }
    maps_.emplace(name, std::move(own));
  }
  return Success{};
}

// NOLINTNEXTLINE(readability-make-member-function-const): it changes the kernel's map
Status SharedMaps::add_key(const std::string& name, std::uint64_t key) {
  const std::uint8_t present = 1;
  if (const int error = bpf_map_update_elem(descriptor(name), &key, &present, BPF_ANY);
      error != 0) {
    return Error::from_errno("add to the BPF map " + name, error);
  }
  return Success{};
}

Status SharedMaps::put(const std::string& name, std::span<const std::byte> key,
                       std::span<const std::byte> value) const {
  if (const int error = bpf_map_update_elem(descriptor(name), key.data(), value.data(), BPF_ANY);
      error != 0) {
    return Error::from_errno("write to the BPF map " + name, error);
  }
  return Success{};
}

void SharedMaps::drop(const std::string& name, std::span<const std::byte> key) const {
  bpf_map_delete_elem(descriptor(name), key.data());
}

int SharedMaps::descriptor(const std::string& name) const {
  const auto found = maps_.find(name);
  return found == maps_.end() ? -1 : found->second.get();
}

}  // namespace culprit
