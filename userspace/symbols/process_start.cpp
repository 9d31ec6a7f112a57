// SPDX-License-Identifier: Apache-2.0
#include "symbols/process_start.h"

#include <unistd.h>

#include <charconv>
#include <cstddef>

#include "base/text_file.h"

namespace culprit {

std::string_view stat_field(std::string_view stat, int number) {
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string_view::npos) {
    return {};
  }
  stat.remove_prefix(name_end + 1);
  for (int field = 2; field < number; ++field) {
    const std::size_t space = stat.find(' ');
    if (space == std::string_view::npos) {
      return {};
    }
    stat.remove_prefix(space + 1);
  }
  return stat;
}

std::optional<std::uint64_t> start_ticks(std::string_view stat) {
  constexpr int kStartTime = 22;
  const std::string_view field = stat_field(stat, kStartTime);
  std::uint64_t ticks = 0;
  if (std::from_chars(field.data(), field.data() + field.size(), ticks).ec != std::errc{}) {
    return std::nullopt;
  }
  return ticks;
}

bool started_at(int process_directory, std::uint64_t start_boottime_ns) {
  if (start_boottime_ns == 0) {
    return true;
  }
  const auto stat = read_text_file_at(process_directory, "stat");
  const auto ticks = stat ? start_ticks(*stat) : std::nullopt;
  const auto ns_per_tick = 1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
  return ticks == start_boottime_ns / ns_per_tick;
}

}  // namespace culprit
