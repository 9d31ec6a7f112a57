// SPDX-License-Identifier: Apache-2.0
#include "probes/idle_time.h"

#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>

#include "base/text_file.h"

namespace culprit {

Result<std::chrono::nanoseconds> time_without_work() {
  // proc(5): "cpu  user nice system idle iowait irq softirq steal ...", in clock ticks.
  constexpr std::size_t kFields = 8;
  constexpr std::array<std::size_t, 3> kWithoutWork = {3, 4, 7};
  auto text = read_text_file("/proc/stat", 4096);
  if (!text) {
    return std::move(text).error();
  }
  std::array<std::uint64_t, kFields> fields{};
  const char* position = text->data() + std::string_view("cpu").size();
  const char* end = text->data() + text->size();
  for (std::uint64_t& field : fields) {
    while (position < end && *position == ' ') {
      ++position;
    }
    const auto parsed = std::from_chars(position, end, field);
    if (parsed.ec != std::errc{}) {
      return Error("/proc/stat is not as proc(5) says");
    }
    position = parsed.ptr;
  }
  std::uint64_t ticks = 0;
  for (const std::size_t index : kWithoutWork) {
    ticks += fields[index];
  }
  const auto ticks_per_second = static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return std::chrono::nanoseconds(ticks * (1'000'000'000 / ticks_per_second));
}

}  // namespace culprit
