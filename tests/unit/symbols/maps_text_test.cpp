// SPDX-License-Identifier: Apache-2.0
#include "symbols/maps_text.h"

#include <gtest/gtest.h>

#include "symbols/process_start.h"

namespace culprit {
namespace {

constexpr std::string_view kText =
    "55ed7c5aa000-55ed7c5ac000 r--p 00000000 fe:00 247134                     /usr/bin/cat\n"
    "55ed7c5ac000-55ed7c5b1000 r-xp 00002000 fe:00 247134                     /usr/bin/cat\n"
    "7f0000000000-7f0000010000 rwxp 00000000 00:00 0 \n"
    "7f0000020000-7f0000030000 r-xs 00000000 00:35 9 /srv/with  spaces\\012and (deleted)\n"
    "7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0                          [vdso]\n";

TEST(MapsText, KeepsExecutableMappings) {
  const auto mappings = executable_mappings(kText, 100);
  ASSERT_EQ(mappings.size(), 4U);
  EXPECT_EQ(mappings[0].start, 0x55ed7c5ac000U);
  EXPECT_EQ(mappings[0].end, 0x55ed7c5b1000U);
  EXPECT_EQ(mappings[0].file_offset, 0x2000U);
  EXPECT_EQ(mappings[0].device_major, 0xfeU);
  EXPECT_EQ(mappings[0].inode, 247134U);
  EXPECT_EQ(mappings[0].path, "/usr/bin/cat");
  EXPECT_EQ(mappings[1].path, "");
  EXPECT_EQ(mappings[2].path, "/srv/with  spaces\\012and (deleted)");
  EXPECT_EQ(mappings[3].path, "[vdso]");
}

TEST(MapsText, StopsAtItsLimit) {
  EXPECT_EQ(executable_mappings(kText, 2).size(), 2U);
}

TEST(MapsText, LeavesOutWhatItDoesNotUnderstand) {
  EXPECT_TRUE(executable_mappings("rubbish\n\n-\n1-2\n", 10).empty());
  EXPECT_TRUE(executable_mappings("2000-1000 r-xp 0 00:00 0 /back/wards\n", 10).empty());
  EXPECT_TRUE(executable_mappings("1000-2000 r-xp 0 00:00 0 /cut", 10).empty());
  EXPECT_TRUE(
      executable_mappings("1000-22220000000000000000 r-xp 0 00:00 0 /too/big\n", 10).empty());
}

TEST(ProcessStart, ReadsPastAnyName) {
  const std::string fields = " S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21 22";
  EXPECT_EQ(start_ticks("12 (cat)" + fields), 4711U);
  EXPECT_EQ(start_ticks("12 (a) S 1 2 (b))" + fields), 4711U);
  EXPECT_EQ(start_ticks("12 (cat) S 1 2"), std::nullopt);
  EXPECT_EQ(start_ticks(""), std::nullopt);
}

}  // namespace
}  // namespace culprit
