// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "exporters/flame_colour.h"
#include "exporters/flame_graph_svg.h"
#include "golden/golden_reports.h"
#include "golden/report_builder.h"

namespace culprit {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_of(std::string_view text, std::string_view piece) {
  std::size_t count = 0;
  for (std::size_t at = text.find(piece); at != std::string_view::npos;
       at = text.find(piece, at + 1)) {
    ++count;
  }
  return count;
}

TEST(FlameTree, MergesFunctionsAcrossLinesAndProcessesOfOneName) {
  golden::ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app", "app:1", 1);
  builder.samples(app, "sh", builder.path({golden::python("f", "/a.py", 1)}), 2);
  builder.samples(app, "sh", builder.path({golden::python("f", "/a.py", 2)}), 3);
  FlameTree tree;
  tree.add(builder.workload(app), builder.profile.frames);
  ASSERT_EQ(tree.boxes().size(), 4U);
  EXPECT_EQ(tree.samples(), 5U);
  EXPECT_EQ(tree.boxes()[3].key.name, "f");
  EXPECT_EQ(tree.boxes()[3].samples, 5U);
}

TEST(FlameGraph, DrawsABoxPerFunctionWithItsShareInTheTooltip) {
  const std::string svg = host_flame_graph(golden::looping_backend().profile);
  EXPECT_THAT(svg, HasSubstr("<title>normalize_tags\n/app/tags.py, 988 samples, 56.75 %</title>"));
  EXPECT_THAT(svg, HasSubstr("width=\"1200\""));
  EXPECT_THAT(svg, HasSubstr("every box drawn"));
}

TEST(FlameGraph, LeavesOutSlimBoxesAndSaysSo) {
  golden::ProfileBuilder builder;
  builder.profile.expected_samples = 200000;
  const WorkloadIndex app = builder.container("app", "app:1", 1);
  builder.samples(app, "sh", builder.path({golden::native("wide", "app")}), 100000);
  builder.samples(app, "sh", builder.path({golden::native("just", "app")}), 101);
  builder.samples(app, "sh", builder.path({golden::native("slim", "app")}), 99);
  const std::string svg = host_flame_graph(builder.profile);
  EXPECT_THAT(svg, HasSubstr("<title>just"));
  EXPECT_THAT(svg, Not(HasSubstr("<title>slim")));
  EXPECT_THAT(svg, HasSubstr("1 box below 0.1 % not drawn (0.10 % of the samples end there)"));
}

TEST(FlameGraph, StaysOpenableHoweverManyFunctionsThereAre) {
  golden::ProfileBuilder builder;
  builder.profile.expected_samples = 1U << 30U;
  const WorkloadIndex app = builder.container("app", "app:1", 1);
  for (int number = 0; number < 540; ++number) {
    std::vector<FrameId> path;
    path.reserve(40);
    for (int depth = 0; depth < 40; ++depth) {
      path.push_back(builder.path(
          {golden::native("f" + std::to_string(number) + "_" + std::to_string(depth), "app")})[0]);
    }
    builder.samples(app, "sh", path, 10 + static_cast<std::uint64_t>(number % 7));
  }
  const std::string svg = host_flame_graph(builder.profile);
  EXPECT_LE(count_of(svg, "class=\"fg-frame\""), 20000U);
  EXPECT_THAT(svg, HasSubstr("not drawn"));
}

TEST(FlameGraph, OfNothingSaysSo) {
  EXPECT_THAT(host_flame_graph({}), HasSubstr("no samples"));
}

TEST(FlameGraph, HoldsNoMarkupFromNames) {
  const std::string svg = host_flame_graph(golden::hostile_names().profile);
  EXPECT_EQ(count_of(svg, "<script>"), 1U);
  EXPECT_EQ(count_of(svg, "]]>"), 1U);
  EXPECT_THAT(svg, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_FALSE(std::regex_search(svg, std::regex(" on[a-z]+=")));
  EXPECT_THAT(svg, Not(HasSubstr("\x1b")));
}

TEST(FlameGraph, IsTheSameForTheSameTree) {
  const Profile profile = golden::looping_backend().profile;
  EXPECT_EQ(host_flame_graph(profile), host_flame_graph(profile));
}

TEST(XmlText, EscapesWhatXmlCannotHold) {
  EXPECT_EQ(xml_text("<a b=\"c\" d='e'>&"), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
  EXPECT_EQ(xml_text("\xEF\xBF\xBE"), "\\u{FFFE}");
  EXPECT_EQ(xml_text("x\xEF\xBF\xBFy"), "x\\u{FFFF}y");
  EXPECT_EQ(xml_text("\xEF\xBF\xBD"), "\xEF\xBF\xBD");
}

TEST(FlameColour, IsStableAndTellsKindsApart) {
  EXPECT_EQ(flame_colour(BoxKind::Kernel, "vfs_write"), flame_colour(BoxKind::Kernel, "vfs_write"));
  EXPECT_NE(flame_colour(BoxKind::Kernel, "f"), flame_colour(BoxKind::Native, "f"));
  EXPECT_NE(flame_colour(BoxKind::Native, "f"), flame_colour(BoxKind::Native, "g"));
  EXPECT_THAT(flame_colour(BoxKind::Jit, ""), testing::MatchesRegex("#[0-9a-f]+"));
}

}  // namespace
}  // namespace culprit
