// SPDX-License-Identifier: Apache-2.0
#include "golden/golden_differences.h"

#include <optional>
#include <utility>

#include "support/timed_profile.h"

namespace culprit::golden {
namespace {

using Path = std::vector<std::string>;

std::optional<std::string> by_name(const WorkloadProfile& workload) {
  return workload.container.name;
}

/// Up to so much more or less, the same from run to run: seconds differ.
std::uint64_t shaken(std::uint64_t count, std::uint32_t second) {
  constexpr std::uint64_t kMostPerCent = 7;
  return count * (100 + (second * second * 5 + second + count) % kMostPerCent) / 100;
}

ResolvedFrame kernel_function(const std::string& name) {
  return {.function = name, .module = "[kernel]", .kind = FrameKind::Kernel};
}

struct Release {
  std::string container = "shop-web-7f9c", image = "shop/web:v1", encode = "encode_plain";
  std::uint64_t parse = 20, encoding = 25;
  std::uint32_t shake = 0;  ///< another run has other seconds
};

BlockProfile release_blocks(const Release& release, std::uint32_t seconds) {
  TimedProfile built(seconds, /*frequency_hz=*/999);
  const std::size_t web = built.container(release.container, release.image);
  const std::size_t db = built.container("db", "mariadb:11");
  for (std::uint32_t second = 0; second < seconds; ++second) {
    const auto add = [&](std::uint64_t count, const Path& path) {
      built.samples(web, second, shaken(10 * count, second + release.shake), path);
    };
    add(release.parse, {"main", "handle_request", "parse_request"});
    add(6, {"main", "handle_request", "route_request"});
    add(24, {"main", "handle_request", "render_page"});
    add(25, {"main", "handle_request", "render_page", "escape_text"});
    add(release.encoding, {"main", "handle_request", release.encode});
    built.samples(web, second, shaken(30, second + release.shake),
                  std::vector<ResolvedFrame>{server_frame("main"), kernel_function("vfs_write")});
    built.samples(db, second, shaken(200, second + release.shake), Path{"main", "run_query"});
  }
  BlockProfile blocks;
  blocks.add(built.profile, by_name);
  return blocks;
}

void name_sides(Comparison& comparison, const std::string& before, const std::string& after) {
  comparison.before.name = before;
  comparison.after.name = after;
}

Comparison slower_release() {
  BlockProfile before = release_blocks({}, 20);
  BlockProfile after = release_blocks({.container = "shop-web-b41d",
                                       .image = "shop/web:v2",
                                       .encode = "encode_compact",
                                       .parse = 30,
                                       .encoding = 31},
                                      20);
  match_containers(before, after);
  Comparison comparison = compare(before, after);
  name_sides(comparison, "before.culprit", "after.culprit");
  comparison.notes = {"after.culprit: 1.2 % of the samples were lost"};
  return comparison;
}

Comparison same_release(std::uint32_t seconds) {
  Comparison comparison =
      compare(release_blocks({}, seconds), release_blocks({.shake = 3}, seconds));
  name_sides(comparison, "one.culprit", "two.culprit");
  return comparison;
}

Comparison hostile_difference() {
  const std::string name =
      "<img src=x onerror=alert(1)>\"'&amp;]]></script><script>alert(2)</script>";
  Comparison comparison =
      compare(release_blocks({.container = name, .encode = name}, 12),
              release_blocks({.container = name,
                              .encode = std::string(300, 'W') + "::operator<<=;_[k]",
                              .encoding = 60},
                             12));
  name_sides(comparison, name, "--against; echo x");
  comparison.notes = {name};
  return comparison;
}

Comparison folded_stacks_difference() {
  FrameTable frames;
  CallTree before, after;
  const auto path = [&](const Path& names) {
    std::vector<FrameId> ids;
    for (const std::string& each : names) {
      ids.push_back(frames.intern({.function = each}));
    }
    return ids;
  };
  before.add(path({"main", "work"}), 700);
  before.add(path({"main", "rest"}), 300);
  after.add(path({"main", "work"}), 900);
  after.add(path({"main", "more"}), 100);
  BlockProfile one, other;
  one.add_untimed(before, frames);
  other.add_untimed(after, frames);
  Comparison comparison = compare(one, other);
  name_sides(comparison, "before.folded", "after.folded");
  return comparison;
}

}  // namespace

std::vector<GoldenDifference> golden_differences() {
  std::vector<GoldenDifference> all;
  all.push_back({"diff_slower_release", slower_release()});
  all.push_back({"diff_same_release", same_release(20)});
  all.push_back({"diff_three_seconds", same_release(3)});
  all.push_back({"diff_hostile_names", hostile_difference()});
  all.push_back({"diff_folded_stacks", folded_stacks_difference()});
  return all;
}

}  // namespace culprit::golden
