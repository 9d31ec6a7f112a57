// SPDX-License-Identifier: Apache-2.0
#include "symbols/mapped_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>

namespace culprit {
namespace {

UniqueFd some_file() {
  return UniqueFd(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
}

MappedFileKey a_key(std::uint64_t inode, std::string build_id = {}) {
  return {.device_major = 8, .device_minor = 1, .inode = inode, .build_id = std::move(build_id)};
}

TEST(MappedFiles, KnowsAFileWithAndWithoutItsBuildId) {
  MappedFiles files(8);
  const FileId plain = files.add_open(a_key(1), "/lib/one", some_file());
  EXPECT_EQ(files.find_open(a_key(1, "id")), plain);
  const FileId built = files.add_open(a_key(2, "id"), "/lib/two", some_file());
  EXPECT_EQ(files.find_open(a_key(2)), built);
  EXPECT_EQ(files.find_open(a_key(2, "other")), std::nullopt);
  EXPECT_EQ(files.find_open(a_key(3)), std::nullopt);
  EXPECT_EQ(files.module(built), "two");
}

TEST(MappedFiles, ClosesTheFileUsedLongestAgo) {
  MappedFiles files(2);
  const FileId one = files.add_open(a_key(1), "/lib/one", some_file());
  const FileId two = files.add_open(a_key(2), "/lib/two", some_file());
  EXPECT_TRUE(files.find_open(a_key(1)));
  files.add_open(a_key(3), "/lib/three", some_file());
  EXPECT_GE(files.descriptor(one), 0);
  EXPECT_EQ(files.descriptor(two), -1);
  EXPECT_EQ(files.find_open(a_key(2)), std::nullopt);
  EXPECT_EQ(files.module(two), "two");
}

TEST(MappedFiles, KeepsNamesOnceAndABoundedNumberOfFiles) {
  MappedFiles files(2, 4);
  const FileId name = files.add_name(a_key(1), "/lib/one");
  EXPECT_EQ(files.add_name(a_key(1), "/lib/one"), name);
  EXPECT_EQ(files.descriptor(name), -1);
  for (std::uint64_t inode = 2; inode < 100; ++inode) {
    files.add_name(a_key(inode), "/lib/x" + std::to_string(inode));
    files.add_open(a_key(inode), "/lib/x", some_file());
  }
  EXPECT_EQ(files.count(), 4U);
  EXPECT_LE(files.open_count(), 2U);
}

TEST(MappedFiles, MakesNamesOfStrangersDisplayable) {
  MappedFiles files(2);
  EXPECT_EQ(files.module(files.add_name(a_key(1), "/app/\x1b[31mred")), "\\x1B[31mred");
  EXPECT_EQ(files.module(files.add_name(a_key(2), "/app/")), "[file]");
}

}  // namespace
}  // namespace culprit
