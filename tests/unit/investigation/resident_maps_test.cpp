// SPDX-License-Identifier: Apache-2.0
#include "investigation/resident_maps.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace culprit {
namespace {

class ResidentMaps : public ::testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(path_); }

  std::uint64_t of(const std::string& smaps) {
    std::ofstream(path_) << smaps;
    return resident_map_bytes(path_);
  }

 private:
  std::string path_ = ::testing::TempDir() + "resident_maps_test_" +
                      ::testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ResidentMaps, CountMappingsOfMapsOnly) {
  EXPECT_EQ(of("7f0000000000-7f0000004000 rw-p 00000000 00:00 0 \n"
               "Size:                 16 kB\n"
               "Rss:                  12 kB\n"
               "7f0000004000-7f0000008000 rw-s 00000000 00:0e 1061    anon_inode:bpf-map\n"
               "Size:                 16 kB\n"
               "Rss:                   8 kB\n"
               "Pss:                   4 kB\n"
               "VmFlags: rd wr sh\n"
               "7f0000008000-7f000000c000 r--s 00000000 00:0e 1061    anon_inode:bpf-map\n"
               "Rss:                   4 kB\n"
               "7f000000c000-7f0000010000 r--p 00000000 00:01 99      /usr/lib/bpf-map.so\n"
               "Rss:                  16 kB\n"),
            12U * 1024U);
}

TEST_F(ResidentMaps, AreNoneWhereTheKernelTellsNothing) {
  EXPECT_EQ(of(""), 0U);
  EXPECT_EQ(of("Rss:  8 kB\n-\nanon_inode:bpf-map"), 0U);
  EXPECT_EQ(resident_map_bytes("/nonexistent"), 0U);
}

TEST_F(ResidentMaps, AreNoneInThisTest) {
  EXPECT_EQ(resident_map_bytes(), 0U);
}

}  // namespace
}  // namespace culprit
