// SPDX-License-Identifier: Apache-2.0
// Two profiles of any names, seconds and counts: compared and written in every format. A line is a
// byte for side and container, one for the second, one for the count's size, and frames up to ';'.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "aggregation/special_frames.h"
#include "base/display_text.h"
#include "comparison/compare.h"
#include "comparison/workload_choice.h"
#include "exporters/difference/difference_html.h"
#include "exporters/difference/difference_json.h"
#include "exporters/difference/difference_svg.h"
#include "exporters/difference/difference_text.h"

namespace {

using namespace culprit;

constexpr std::size_t kHead = 3;
constexpr std::size_t kMostLines = 200;

void add_line(Profile& profile, std::string_view line) {
  const auto byte = [&](std::size_t index) { return static_cast<std::uint8_t>(line[index]); };
  const std::size_t container = (byte(0) >> 1U) % 2;
  std::string_view names = line.substr(kHead);
  std::vector<FrameId> path = {profile.frames.intern(process_frame("comm"))};
  while (!names.empty() && path.size() < 50) {
    const std::size_t end = std::min(names.find(';'), names.size());
    path.push_back(profile.frames.intern({.function = "f" + displayable(names.substr(0, end)),
                                          .module = end % 2 == 0 ? "module" : ""}));
    names.remove_prefix(std::min(end + 1, names.size()));
  }
  const std::uint64_t count = std::uint64_t{1} << (byte(2) % 40U);
  StackRow row{.workload = WorkloadIndex(static_cast<std::uint32_t>(container)),
               .node = profile.workloads[container].calls.add(path, count),
               .samples = count};
  row.seconds.add(byte(1) % 40U, count);
  profile.stacks.push_back(std::move(row));
}

Profile empty_profile() {
  Profile profile;
  profile.window.duration = std::chrono::seconds(40);
  profile.window.frequency_hz = 99;
  for (const char* name : {"web", "db"}) {
    profile.workloads.emplace_back().container.name = name;
  }
  return profile;
}

void check(const Comparison& comparison) {
  for (const ComparedRow& row : comparison.functions) {
    for (const ComparedShare* share : {&row.own, &row.whole}) {
      const ShareDifference& difference = share->difference;
      const bool sound = std::isfinite(difference.p_value) && difference.p_value >= 0 &&
                         difference.p_value <= 1 && difference.low <= difference.change &&
                         difference.change <= difference.high && share->before.share <= 1;
      if (!sound) {
        __builtin_trap();
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const std::string wish(rest.substr(0, rest.find('\n')));
  Profile sides[2] = {empty_profile(), empty_profile()};
  for (std::size_t lines = 0; !rest.empty() && lines < kMostLines; ++lines) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (end > kHead) {
      add_line(sides[static_cast<std::uint8_t>(rest[0]) % 2U], rest.substr(0, end));
    }
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  BlockProfile blocks[2];
  for (int side = 0; side < 2; ++side) {
    blocks[side].add(sides[side], [&](const WorkloadProfile& workload) {
      return is_chosen(workload, wish) ? std::optional<std::string>() : workload.container.name;
    });
  }
  match_containers(blocks[0], blocks[1]);
  const Comparison comparison = compare(blocks[0], blocks[1]);
  check(comparison);
  const std::string text = difference_text(comparison, {.ascii = true});
  const bool printable = std::all_of(text.begin(), text.end(), [](char letter) {
    return letter == '\n' || (letter >= ' ' && letter <= '~');
  });
  if (!printable || difference_json(comparison).empty() || difference_svg(comparison).empty() ||
      difference_html(comparison).empty()) {
    __builtin_trap();
  }
  return 0;
}
