// SPDX-License-Identifier: Apache-2.0
#include "comparison/block_profile.h"

#include <gmock/gmock.h>

#include <set>
#include <string>

#include "comparison/compare.h"
#include "support/timed_profile.h"

namespace culprit {
namespace {

std::optional<std::string> by_name(const WorkloadProfile& workload) {
  return workload.container.name;
}

std::set<std::string> functions_of(const BlockProfile& blocks) {
  std::set<std::string> names;
  for (const ComparedFrame& frame : blocks.frames()) {
    names.insert(frame.name.function);
  }
  return names;
}

TEST(BlockProfile, KeepsTheSecondsApart) {
  TimedProfile built(3);
  const std::size_t web = built.container("web");
  built.samples(web, 0, 5, std::vector<std::string>{"main"});
  built.samples(web, 2, 7, std::vector<std::string>{"main"});
  BlockProfile blocks;
  blocks.add(built.profile, by_name);
  EXPECT_EQ(blocks.blocks(), 3U);
  EXPECT_EQ(blocks.samples(), 12U);
  ASSERT_EQ(blocks.rows().size(), 2U);
  EXPECT_EQ(blocks.rows()[1].block, 2U);
  EXPECT_EQ(blocks.rows()[1].samples, 7U);
  EXPECT_DOUBLE_EQ(blocks.cores(), 12 / 100.0 / 3);
}

TEST(BlockProfile, PutsThePartsOfALongRecordingOneAfterTheOther) {
  TimedProfile first(4), second(2);
  for (TimedProfile* part : {&first, &second}) {
    part->samples(part->container("web"), 1, 1, std::vector<std::string>{"main"});
  }
  BlockProfile blocks;
  blocks.add(first.profile, by_name);
  blocks.add(second.profile, by_name);
  EXPECT_EQ(blocks.blocks(), 6U);
  ASSERT_EQ(blocks.rows().size(), 2U);
  EXPECT_EQ(blocks.rows()[1].block, 5U);
  EXPECT_EQ(blocks.rows()[0].node, blocks.rows()[1].node) << "one frame, whatever its number was";
}

TEST(BlockProfile, CallsUnnamedCodeByItsModuleOnly) {
  TimedProfile built(1);
  const std::size_t web = built.container("web");
  for (const char* name : {"[libx.so+0x12]", "[libx.so+0x999]", "[0x7f0012]"}) {
    built.samples(web, 0, 1, {ResolvedFrame{.function = name, .module = "libx.so"}});
  }
  BlockProfile blocks;
  blocks.add(built.profile, by_name);
  EXPECT_THAT(functions_of(blocks),
              testing::UnorderedElementsAre("web", "server", "[libx.so]", "[no module]"));
}

TEST(BlockProfile, TakesOneFunctionOfManyLinesForOneAndKeepsItsBusiestLine) {
  TimedProfile built(1);
  const std::size_t web = built.container("web");
  for (std::uint32_t line = 1; line < 200; ++line) {
    ResolvedFrame frame = server_frame("work");
    frame.line = line;
    built.samples(web, 0, line == 42 ? 90 : 1, std::vector<ResolvedFrame>{frame});
  }
  BlockProfile blocks;
  blocks.add(built.profile, by_name);
  ASSERT_EQ(blocks.frames().size(), 3U);
  EXPECT_EQ(blocks.frames()[2].line, 42U);
}

TEST(BlockProfile, LeavesOutWhatIsNotNamedAndNeedsNoLevelForOneContainer) {
  TimedProfile built(1);
  built.samples(built.container("web"), 0, 2, std::vector<std::string>{"main"});
  built.samples(built.container("db"), 0, 3, std::vector<std::string>{"query"});
  BlockProfile blocks;
  blocks.add(built.profile, [](const WorkloadProfile& workload) {
    return workload.container.name == "web" ? std::optional<std::string>("") : std::nullopt;
  });
  EXPECT_EQ(blocks.samples(), 2U);
  EXPECT_THAT(functions_of(blocks), testing::UnorderedElementsAre("server", "main"));
}

/// One container of that name and image, with one sample a second.
BlockProfile side_with(const std::string& name, const std::string& image) {
  TimedProfile built(6);
  const std::size_t index = built.container(name, image);
  for (std::uint32_t second = 0; second < 6; ++second) {
    built.samples(index, second, 10, std::vector<std::string>{"main"});
  }
  BlockProfile blocks;
  blocks.add(built.profile, by_name);
  return blocks;
}

TEST(MatchContainers, CallsTwoGenerationsByTheirService) {
  BlockProfile before = side_with("web-7f", "shop/web:v1");
  BlockProfile after = side_with("web-9c", "shop/web:v2");
  match_containers(before, after);
  const Comparison comparison = compare(before, after);
  ASSERT_EQ(comparison.containers.size(), 1U);
  EXPECT_EQ(comparison.containers.front().frame.name.function, "shop/web");
  EXPECT_EQ(comparison.containers.front().whole.difference.change, 0);
}

TEST(MatchContainers, LeavesDifferentServicesApart) {
  BlockProfile before = side_with("web", "shop/web:v1");
  BlockProfile after = side_with("db", "shop/db:v1");
  match_containers(before, after);
  EXPECT_EQ(compare(before, after).containers.size(), 2U);
}

}  // namespace
}  // namespace culprit
