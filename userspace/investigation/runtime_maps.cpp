// SPDX-License-Identifier: Apache-2.0
#include "investigation/runtime_maps.h"

#include <span>

#include "kernel/shared_maps.h"
#include "kernel/unwind_maps.h"

namespace culprit {
namespace {

culprit_unwind_space_key kernel_key(const AddressSpaceKey& space) {
  return {.address_space = space.id.value(), .process_start_ns = space.process.start_boottime_ns};
}

}  // namespace

Runtimes::Sides runtime_maps(const SharedMaps& shared_maps) {
  return {.put =
              [&shared_maps](const AddressSpaceKey& space, const char* map,
                             std::span<const std::byte> value) {
                const auto key = kernel_key(space);
                return shared_maps.put(map, std::as_bytes(std::span(&key, 1)), value);
              },
          .drop =
              [&shared_maps](const AddressSpaceKey& space, const char* map) {
                const auto key = kernel_key(space);
                shared_maps.drop(map, std::as_bytes(std::span(&key, 1)));
              }};
}

}  // namespace culprit
