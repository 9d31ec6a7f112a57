// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_svg.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

#include "exporters/difference/difference_boxes.h"
#include "exporters/difference/difference_wording.h"
#include "exporters/flame_graph_svg.h"
#include "exporters/wording.h"

namespace culprit {
namespace {

constexpr std::string_view kStyle = R"CSS(
.fg-frame.fg-gone rect { stroke: #1d4f91; stroke-width: 1; stroke-dasharray: 4 2; }
.fg-frame.fg-new rect { stroke: #8f1d14; stroke-width: 1; }
)CSS";

std::string about(const BoxDifference& difference) {
  const std::string where = difference.source.empty() ? "" : difference.source + ", ";
  const std::string_view sure = difference.certain ? "" : ", may be chance";
  return fmt::format("{}{:.2f} -> {:.2f} %, {:+.2f} points{}", where, 100 * difference.before,
                     100 * difference.after, 100 * difference.change(), sure);
}

BoxLook look(const DifferenceBoxes& boxes, FlameTree::BoxIndex box) {
  const BoxDifference& difference = boxes.differences[box];
  std::string_view style_class;
  if (difference.is_new()) {
    style_class = " fg-new";
  } else if (difference.is_gone()) {
    style_class = " fg-gone";
  }
  return {.fill = difference_colour(difference, boxes.strongest),
          .about = about(difference),
          .style_class = style_class};
}

std::vector<LegendEntry> legend(double strongest) {
  std::vector<LegendEntry> entries;
  for (const double part : {-1.0, -0.3, 0.0, 0.3, 1.0}) {
    const BoxDifference example{.after = part * strongest, .certain = true};
    entries.push_back({difference_colour(example, strongest),
                       fmt::format("{:+.1f} points", 100 * part * strongest)});
  }
  entries[2].name = "the same, or chance (pale)";
  return entries;
}

}  // namespace

std::string difference_svg(const Comparison& comparison) {
  const DifferenceBoxes boxes = difference_boxes(comparison);
  const std::string sides = fmt::format(
      "{} ({})  to  {} ({})", short_name(comparison.before.name), word_side(comparison.before),
      short_name(comparison.after.name), word_side(comparison.after));
  return flame_graph_svg(boxes.tree,
                         {.title = "culprit diff: " + word_result(comparison), .subtitle = sides},
                         {.look = [&boxes](FlameTree::BoxIndex box) { return look(boxes, box); },
                          .legend = legend(boxes.strongest),
                          .style = kStyle});
}

}  // namespace culprit
