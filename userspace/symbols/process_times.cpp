// SPDX-License-Identifier: Apache-2.0
#include "symbols/process_times.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text_file.h"
#include "symbols/process_start.h"

namespace culprit {
namespace {

std::uint64_t number_in(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

ProcessTimes times_of(pid_t pid) {
  ProcessTimes times;
  const std::string directory = "/proc/" + std::to_string(pid);
  if (const auto stat = read_text_file(directory + "/stat")) {
    constexpr int kState = 3;
    constexpr int kUserTime = 14;
    constexpr int kSystemTime = 15;
    times.runnable = stat_field(*stat, kState).starts_with('R');
    const std::uint64_t ticks =
        number_in(stat_field(*stat, kUserTime)) + number_in(stat_field(*stat, kSystemTime));
    const auto ns_per_tick = 1'000'000'000U / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
    times.on_cpu = std::chrono::nanoseconds(ticks * ns_per_tick);
  }
  if (const auto schedstat = read_text_file(directory + "/schedstat")) {
    const std::size_t space = schedstat->find(' ');
    if (space != std::string::npos) {
      times.waited_for_cpu =
          std::chrono::nanoseconds(number_in(std::string_view(*schedstat).substr(space + 1)));
    }
  }
  return times;
}

std::uint64_t peak_resident_bytes(pid_t pid) {
  constexpr std::string_view kPeak = "\nVmHWM:";
  constexpr std::uint64_t kKibibyte = 1024;
  const auto status = read_text_file("/proc/" + std::to_string(pid) + "/status");
  const std::size_t line = status ? status->find(kPeak) : std::string::npos;
  if (line == std::string::npos) {
    return 0;
  }
  const std::string_view value = std::string_view(*status).substr(line + kPeak.size());
  return number_in(value.substr(std::min(value.find_first_not_of(" \t"), value.size()))) *
         kKibibyte;
}

}  // namespace culprit
