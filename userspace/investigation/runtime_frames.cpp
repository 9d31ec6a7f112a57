// SPDX-License-Identifier: Apache-2.0
#include "investigation/runtime_frames.h"

#include <span>
#include <utility>

#include "kernel/shared_maps.h"
#include "kernel/unwind_maps.h"
#include "symbols/symbolizer.h"

namespace culprit {
namespace {

culprit_unwind_space_key kernel_key(const AddressSpaceKey& space) {
  return {.address_space = space.id.value(), .process_start_ns = space.process.start_boottime_ns};
}

/// How runtimes tell the kernel part about processes.
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

}  // namespace

RuntimeFrames::RuntimeFrames(SymbolWorker* worker, const ProcessMaps& maps,
                             const SharedMaps& shared_maps)
    : runtimes_(RuntimeWorker(worker), maps, runtime_maps(shared_maps), Runtimes::Limits()),
      jit_(RuntimeWorker(worker), maps) {}

void RuntimeFrames::serve(Symbolizer& symbolizer) {
  symbolizer.set_runtime_namer(
      [this](const RawFrame& frame, const AddressSpaceKey& space) {
        auto names = runtimes_.names(frame, space);
        return names.empty() ? jit_.names(frame, space) : names;
      },
      [this](const AddressSpaceKey& space, std::vector<std::uint64_t> addresses,
             KernelTime deadline) { jit_.prepare(space, std::move(addresses), deadline); });
}

}  // namespace culprit
