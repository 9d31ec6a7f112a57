// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/flame_tree.h"

namespace culprit {

struct FlameGraphText {
  std::string title;
  std::string subtitle;
};

/// A flame graph as one self-contained SVG: 1200 wide, root at the bottom, tooltips, zoom by click
/// and search by a static script. Boxes below 0.1 % of the samples are not drawn, which the picture
/// says. Works inside of an HTML page too, several on one page. The same tree gives the same bytes.
std::string flame_graph_svg(const FlameTree& tree, const FlameGraphText& text);

/// The graph of everything that ran, below one box per container, service and kernel activity.
std::string host_flame_graph(const Profile& profile);
/// The graph of stacks that came from elsewhere.
std::string flame_graph_of(const CallTree& calls, const FrameTable& frames);
/// The graph of one of them.
std::string workload_flame_graph(const Profile& profile, const WorkloadProfile& workload);

/// Escapes for XML text and attribute values; control characters are gone before.
std::string xml_text(std::string_view text);

}  // namespace culprit
