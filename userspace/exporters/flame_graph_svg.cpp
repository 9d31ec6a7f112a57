// SPDX-License-Identifier: Apache-2.0
#include "exporters/flame_graph_svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>
#include <vector>

#include "base/display_text.h"
#include "exporters/flame_colour.h"
#include "exporters/flame_graph_script.h"
#include "exporters/text_layout.h"
#include "exporters/wording.h"
#include "report/describe.h"

namespace culprit {
namespace {

constexpr double kWidth = 1200;
constexpr double kMargin = 10;
constexpr double kInnerWidth = kWidth - 2 * kMargin;
constexpr std::size_t kBoxHeight = 17;
constexpr std::size_t kTop = 66;
constexpr std::size_t kBottom = 58;
/// Width of a letter of the 11-pixel monospace font; the script has the same figure.
constexpr double kLetterWidth = 6.7;
constexpr double kSmallestShare = 0.001;
/// Keeps the picture of a pathological window openable: about 10 MB.
constexpr std::size_t kMostBoxes = 20000;

struct Placed {
  FlameTree::BoxIndex box;
  std::size_t depth;
  std::uint64_t first_sample;
};

struct Layout {
  std::vector<Placed> boxes;  ///< the root first
  std::size_t depth = 0;
  std::size_t pruned_boxes = 0;
  std::uint64_t pruned_samples = 0;  ///< under the topmost boxes that were left out
  double smallest_share = kSmallestShare;
};

std::uint64_t smallest_drawn(const FlameTree& tree) {
  const double smallest = kSmallestShare * static_cast<double>(tree.samples());
  std::uint64_t limit = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(smallest + 0.999999));
  if (tree.boxes().size() > kMostBoxes) {
    std::vector<std::uint64_t> sizes;
    for (const FlameTree::Box& box : tree.boxes()) {
      sizes.push_back(box.samples);
    }
    std::nth_element(sizes.begin(), sizes.begin() + kMostBoxes, sizes.end(), std::greater<>());
    limit = std::max(limit, sizes[kMostBoxes] + 1);
  }
  return limit;
}

Layout lay_out(const FlameTree& tree) {
  Layout layout;
  const std::uint64_t limit = smallest_drawn(tree);
  if (tree.samples() == 0) {
    return layout;
  }
  layout.smallest_share =
      std::max(kSmallestShare, static_cast<double>(limit) / static_cast<double>(tree.samples()));
  std::vector<Placed> waiting = {{FlameTree::kAll, 0, 0}};
  while (!waiting.empty()) {
    const Placed placed = waiting.back();
    waiting.pop_back();
    layout.boxes.push_back(placed);
    layout.depth = std::max(layout.depth, placed.depth + 1);
    std::uint64_t first = placed.first_sample;
    for (const auto& [key, child] : tree.boxes()[placed.box].children) {
      const std::uint64_t samples = tree.boxes()[child].samples;
      if (samples >= limit) {
        waiting.push_back({child, placed.depth + 1, first});
      } else {
        layout.pruned_samples += samples;
      }
      first += samples;
    }
  }
  layout.pruned_boxes = tree.boxes().size() - layout.boxes.size();
  return layout;
}

std::string fitted(const std::string& name, double width) {
  const double room = (width - 6) / kLetterWidth;
  if (static_cast<double>(columns_of(name)) <= room) {
    return name;
  }
  if (room < 3) {
    return "";
  }
  // Shown from its start, as function names are read; the tooltip has all of it.
  const auto columns = static_cast<std::size_t>(room) - 2;
  std::string text;
  std::size_t used = 0;
  for (std::size_t index = 0; index < name.size();) {
    std::size_t next = index + 1;
    while (next < name.size() && (static_cast<unsigned char>(name[next]) & 0xC0U) == 0x80U) {
      ++next;
    }
    const std::string letter = name.substr(index, next - index);
    used += columns_of(letter);
    if (used > columns) {
      break;
    }
    text += letter;
    index = next;
  }
  return text + "..";
}

BoxLook look_by_kind(const FlameTree& tree, FlameTree::BoxIndex index) {
  const FlameTree::Box& box = tree.boxes()[index];
  const std::string where = box.key.module.empty() ? "" : box.key.module + ", ";
  return {.fill = flame_colour(box.key.kind, box.key.name),
          .about = fmt::format(
              "{}{} samples, {:.2f} %", where, box.samples,
              100 * static_cast<double>(box.samples) / static_cast<double>(tree.samples()))};
}

std::string draw_box(const FlameTree& tree, const Placed& placed, const BoxLook& look,
                     std::size_t height) {
  const FlameTree::Box& box = tree.boxes()[placed.box];
  const auto total = static_cast<double>(tree.samples());
  const double x = kMargin + kInnerWidth * static_cast<double>(placed.first_sample) / total;
  const double width = kInnerWidth * static_cast<double>(box.samples) / total;
  const std::size_t y = height - kBottom - (placed.depth + 1) * kBoxHeight;
  const std::string about = box.key.name + "\n" + look.about;
  return fmt::format(
      "<g class=\"fg-frame{}\"><title>{}</title><rect x=\"{:.2f}\" y=\"{}\" width=\"{:.2f}\" "
      "height=\"{}\" rx=\"1.5\" fill=\"{}\"/><text x=\"{:.2f}\" y=\"{}\">{}</text></g>\n",
      look.style_class, xml_text(about), x, y, width, kBoxHeight - 1, look.fill, x + 3, y + 12,
      xml_text(fitted(box.key.name, width)));
}

std::vector<LegendEntry> legend_of_kinds(const FlameTree& tree, const Layout& layout) {
  std::set<BoxKind> kinds;
  for (const Placed& placed : layout.boxes) {
    kinds.insert(tree.boxes()[placed.box].key.kind);
  }
  kinds.erase(BoxKind::All);
  std::vector<LegendEntry> legend;
  legend.reserve(kinds.size());
  for (const BoxKind kind : kinds) {
    legend.push_back({flame_colour(kind, ""), std::string(box_kind_name(kind))});
  }
  return legend;
}

std::string draw_legend(const std::vector<LegendEntry>& entries, std::size_t height) {
  std::string legend = "<g class=\"fg-legend\">\n";
  double x = kMargin;
  for (const LegendEntry& entry : entries) {
    legend += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{}\" width=\"11\" height=\"11\" rx=\"1.5\" fill=\"{}\"/>"
        "<text x=\"{:.1f}\" y=\"{}\">{}</text>\n",
        x, height - 20, entry.fill, x + 15, height - 10, entry.name);
    x += 15 + kLetterWidth * static_cast<double>(entry.name.size()) + 16;
  }
  return legend + "</g>\n";
}

std::string draw_note(const Layout& layout, const FlameTree& tree, std::size_t height) {
  std::string note;
  if (tree.samples() == 0) {
    note = "no samples";
  } else if (layout.pruned_boxes > 0) {
    note = fmt::format(
        "{} box{} below {:.2g} % not drawn ({:.2f} % of the samples end there)",
        layout.pruned_boxes, layout.pruned_boxes == 1 ? "" : "es", 100 * layout.smallest_share,
        100 * static_cast<double>(layout.pruned_samples) / static_cast<double>(tree.samples()));
  } else {
    note = "every box drawn";
  }
  return fmt::format("<text class=\"fg-note fg-right\" x=\"{}\" y=\"{}\">{}</text>\n",
                     kWidth - kMargin, height - 10, note);
}

std::string draw_frame_around(const FlameGraphText& text, std::string_view style,
                              std::size_t height) {
  std::string svg = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>\n"
      "<svg class=\"fg-svg\" xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" width=\"{0}\" "
      "height=\"{1}\" viewBox=\"0 0 {0} {1}\">\n<style>{2}{3}</style>\n"
      "<rect width=\"{0}\" height=\"{1}\" fill=\"#fffdf8\"/>\n",
      kWidth, height, kFlameGraphStyle, style);
  svg += fmt::format(
      "<text class=\"fg-title\" x=\"{0}\" y=\"26\">{1}</text>\n"
      "<text class=\"fg-subtitle\" x=\"{0}\" y=\"45\">{2}</text>\n",
      kWidth / 2, xml_text(displayable(text.title)), xml_text(displayable(text.subtitle)));
  svg += fmt::format(
      "<text class=\"fg-button fg-reset fg-hidden\" x=\"{}\" y=\"26\">Reset zoom</text>\n"
      "<text class=\"fg-button fg-search fg-right\" x=\"{}\" y=\"26\">Search</text>\n"
      "<text class=\"fg-matched fg-right\" x=\"{}\" y=\"45\"></text>\n"
      "<text class=\"fg-details\" x=\"{}\" y=\"{}\"></text>\n",
      kMargin, kWidth - kMargin, kWidth - kMargin, kMargin, height - 36);
  return svg;
}

std::string subtitle_of(const Profile& profile, std::uint64_t samples) {
  return fmt::format("host {}, {:.1f} s from {}, {:.0f} Hz, {} samples",
                     short_name(profile.host.name), profile.seconds(),
                     utc_date_time(profile.window.start), profile.window.frequency_hz, samples);
}

}  // namespace

std::string xml_text(std::string_view text) {
  // U+FFFE and U+FFFF: the only code points left that no XML document may hold.
  constexpr std::string_view kNonCharacter = "\xEF\xBF";
  std::string escaped;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const char letter = text[index];
    const char last = index + 2 < text.size() ? text[index + 2] : '\0';
    if (text.substr(index, 2) == kNonCharacter && (last == '\xBE' || last == '\xBF')) {
      escaped += last == '\xBE' ? "\\u{FFFE}" : "\\u{FFFF}";
      index += 2;
      continue;
    }
    switch (letter) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string flame_graph_svg(const FlameTree& tree, const FlameGraphText& text) {
  return flame_graph_svg(
      tree, text,
      {.look = [&tree](FlameTree::BoxIndex box) { return look_by_kind(tree, box); },
       .legend = legend_of_kinds(tree, lay_out(tree)),
       .style = {}});
}

std::string flame_graph_svg(const FlameTree& tree, const FlameGraphText& text,
                            const FlamePainting& painting) {
  const Layout layout = lay_out(tree);
  const std::size_t height = kTop + layout.depth * kBoxHeight + kBottom;
  std::string svg = draw_frame_around(text, painting.style, height);
  for (const Placed& placed : layout.boxes) {
    svg += draw_box(tree, placed, painting.look(placed.box), height);
  }
  svg += draw_legend(painting.legend, height);
  svg += draw_note(layout, tree, height);
  svg += fmt::format("<script><![CDATA[{}]]></script>\n</svg>\n", kFlameGraphScript);
  return svg;
}

std::string host_flame_graph(const Profile& profile) {
  FlameTree tree;
  for (const WorkloadProfile& workload : profile.workloads) {
    tree.add(workload, profile.frames);
  }
  return flame_graph_svg(tree, {"culprit flame graph", subtitle_of(profile, tree.samples())});
}

std::string flame_graph_of(const CallTree& calls, const FrameTable& frames) {
  FlameTree tree;
  tree.add(calls, frames);
  return flame_graph_svg(tree, {"culprit flame graph", fmt::format("{} samples", tree.samples())});
}

std::string workload_flame_graph(const Profile& profile, const WorkloadProfile& workload) {
  FlameTree tree;
  tree.add(workload, profile.frames);
  return flame_graph_svg(tree, {"culprit flame graph: " + short_name(workload_name(workload), 60),
                                subtitle_of(profile, tree.samples())});
}

}  // namespace culprit
