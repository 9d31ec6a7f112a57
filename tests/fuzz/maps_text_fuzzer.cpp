// SPDX-License-Identifier: Apache-2.0
// Any text as /proc/PID/maps and /proc/PID/stat.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "symbols/maps_text.h"
#include "symbols/process_start.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const culprit::MapsLine& line : culprit::executable_mappings(text, 1000)) {
    if (line.start >= line.end) {
      __builtin_trap();
    }
  }
  culprit::start_ticks(text);
  return 0;
}
