// SPDX-License-Identifier: Apache-2.0
#include "kernel/unwind_maps.h"

#include <bpf/bpf.h>
#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "kernel/shared_maps.h"

namespace culprit {

SharedArray::SharedArray(SharedArray&& other) noexcept
    : memory_(std::exchange(other.memory_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

SharedArray& SharedArray::operator=(SharedArray&& other) noexcept {
  std::swap(memory_, other.memory_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

SharedArray::~SharedArray() {
  if (memory_ != nullptr) {
    ::munmap(memory_, bytes_);
  }
}

Result<SharedArray> SharedArray::map(int map_descriptor, std::size_t bytes) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map_descriptor, 0);
  if (memory == MAP_FAILED) {
    return Error::from_errno("map a BPF array", errno);
  }
  return SharedArray(memory, bytes);
}

Result<UnwindMaps> UnwindMaps::open(const SharedMaps& shared_maps) {
  UnwindMaps maps;
  maps.spaces_ = shared_maps.descriptor("unwind_spaces");
  maps.tables_ = shared_maps.descriptor("unwind_tables");
  auto mappings = SharedArray::map(shared_maps.descriptor("unwind_mappings"),
                                   CULPRIT_UNWIND_POOL_BLOCKS * sizeof(culprit_unwind_mappings));
  if (!mappings) {
    return std::move(mappings).error();
  }
  auto rules = SharedArray::map(shared_maps.descriptor("unwind_rules"),
                                CULPRIT_UNWIND_MAX_RULES * sizeof(culprit_unwind_rule));
  if (!rules) {
    return std::move(rules).error();
  }
  maps.mappings_ = std::move(*mappings);
  maps.rules_ = std::move(*rules);
  return maps;
}

std::span<culprit_unwind_mappings> UnwindMaps::mappings() const {
  return mappings_.values<culprit_unwind_mappings>();
}

std::span<culprit_unwind_rule> UnwindMaps::rules() const {
  return rules_.values<culprit_unwind_rule>();
}

Status UnwindMaps::put_space(const culprit_unwind_space_key& key,
                             const culprit_unwind_space& space) const {
  const int error = bpf_map_update_elem(spaces_, &key, &space, BPF_ANY);
  return error == 0 ? Status(Success{})
                    : Status(Error::from_errno("describe an address space", error));
}

void UnwindMaps::drop_space(const culprit_unwind_space_key& key) const {
  bpf_map_delete_elem(spaces_, &key);
}

Result<std::span<const culprit_unwind_block>> UnwindMaps::put_table(
    std::uint32_t number, std::span<const culprit_unwind_block> blocks) {
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_INNER_MAP | BPF_F_MMAPABLE);
  UniqueFd map(bpf_map_create(BPF_MAP_TYPE_ARRAY, "unwind_table", sizeof(std::uint32_t),
                              sizeof(culprit_unwind_block),
                              static_cast<std::uint32_t>(blocks.size()), &options));
  if (!map.valid()) {
    return Error::from_errno("make an unwind table", errno);
  }
  auto memory = SharedArray::map(map.get(), blocks.size_bytes());
  if (!memory) {
    return std::move(memory).error();
  }
  const auto place = memory->values<culprit_unwind_block>();
  std::ranges::copy(blocks, place.begin());
  const int descriptor = map.get();
  if (const int error = bpf_map_update_elem(tables_, &number, &descriptor, BPF_ANY); error != 0) {
    return Error::from_errno("hand over an unwind table", error);
  }
  loaded_[number] = {.map = std::move(map), .blocks = std::move(*memory)};
  return std::span<const culprit_unwind_block>(place);
}

void UnwindMaps::drop_table(std::uint32_t number) {
  // Our own reference ends after the kernel has waited for the programs: kernels before 6.8 free an
  // inner map at once with its last reference (876673364161).
  bpf_map_delete_elem(tables_, &number);
  loaded_.erase(number);
}

}  // namespace culprit
