// SPDX-License-Identifier: Apache-2.0
// Any bytes as Go's table of functions.
#include <cstddef>
#include <cstdint>
#include <span>

#include "symbols/go_table.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = culprit::ByteSource::of_memory(std::as_bytes(std::span(data, size)));
  const auto layout = culprit::read_go_layout(source, 0, size);
  if (!layout) {
    return 0;
  }
  const culprit::GoTable table(source, *layout, 0x401000);
  for (const std::uint64_t address :
       {std::uint64_t{0}, std::uint64_t{0x401000}, std::uint64_t{0x401070}, UINT64_MAX}) {
    (void)table.frames_at(address, /*inlines=*/true);
  }
  return 0;
}
