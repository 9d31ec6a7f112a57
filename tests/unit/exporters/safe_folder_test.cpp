// SPDX-License-Identifier: Apache-2.0
#include "exporters/safe_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace culprit {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SafeFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "culprit-folder-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    above_ = pattern;
    path_ = above_ / "out";
  }
  void TearDown() override { fs::remove_all(above_); }

  static std::string content_of(const fs::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  static mode_t mode_of(const fs::path& file) {
    struct stat status {};
    return ::lstat(file.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }
  static std::size_t entries_of(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  fs::path above_;
  fs::path path_;
};

TEST_F(SafeFolderTest, MakesPrivateFoldersAndFiles) {
  const auto folder = SafeFolder::open_or_create(path_);
  ASSERT_TRUE(folder);
  ASSERT_TRUE(folder->write("report.txt", "hello\n"));
  EXPECT_EQ(content_of(path_ / "report.txt"), "hello\n");
  EXPECT_EQ(mode_of(path_ / "report.txt"), 0600U);
  EXPECT_EQ(mode_of(path_), 0700U);
  EXPECT_EQ(entries_of(path_), 1U);
}

TEST_F(SafeFolderTest, ReplacesAFileWhole) {
  const auto folder = SafeFolder::open_or_create(path_);
  ASSERT_TRUE(folder->write("report.txt", "a long first version"));
  ASSERT_TRUE(folder->write("report.txt", "short"));
  EXPECT_EQ(content_of(path_ / "report.txt"), "short");
  EXPECT_EQ(entries_of(path_), 1U);
}

TEST_F(SafeFolderTest, ReplacesAPlantedLinkInsteadOfFollowingIt) {
  const auto folder = SafeFolder::open_or_create(path_);
  std::ofstream(above_ / "victim") << "precious";
  fs::create_symlink(above_ / "victim", path_ / "report.txt");
  ASSERT_TRUE(folder->write("report.txt", "report"));
  EXPECT_EQ(content_of(above_ / "victim"), "precious");
  EXPECT_FALSE(fs::is_symlink(path_ / "report.txt"));
  EXPECT_EQ(content_of(path_ / "report.txt"), "report");
}

TEST_F(SafeFolderTest, RefusesAPlantedLinkToAFolder) {
  const auto folder = SafeFolder::open_or_create(path_);
  fs::create_directory(above_ / "elsewhere");
  fs::create_directory_symlink(above_ / "elsewhere", path_ / "containers");
  const auto inner = folder->folder("containers");
  ASSERT_FALSE(inner);
  EXPECT_THAT(inner.error().message(), HasSubstr("is a symbolic link, not a folder"));
}

TEST_F(SafeFolderTest, SaysThatTheNameIsAFile) {
  std::ofstream(path_.string()) << "file";
  const auto folder = SafeFolder::open_or_create(path_);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message(), HasSubstr("out is a file, not a folder"));
  EXPECT_EQ(content_of(path_), "file");
}

TEST_F(SafeFolderTest, SaysThatTheFolderAboveIsMissing) {
  const auto folder = SafeFolder::open_or_create(path_ / "deeper");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().error_number(), ENOENT);
  EXPECT_FALSE(SafeFolder::open_or_create(""));
}

TEST_F(SafeFolderTest, SaysThatItMayNotWrite) {
  // Not even root may make files in procfs.
  const auto folder = SafeFolder::open_or_create("/proc");
  ASSERT_TRUE(folder);
  const Status status = folder->check_writable();
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message(), HasSubstr("create a file in /proc"));
}

TEST_F(SafeFolderTest, ChecksWithoutLeavingATrace) {
  const auto folder = SafeFolder::open_or_create(path_);
  EXPECT_TRUE(folder->check_writable());
  EXPECT_EQ(entries_of(path_), 0U);
}

TEST_F(SafeFolderTest, LeavesTheOldVersionWhenTheNewOneCannotBeWritten) {
  const auto folder = SafeFolder::open_or_create(path_);
  ASSERT_TRUE(folder->write("report.txt", "old"));
  // Writing beyond the limit fails half-way, as on a full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small = {4096, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const Status status = folder->write("report.txt", std::string(10000, 'x'));
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().error_number(), EFBIG);
  EXPECT_EQ(content_of(path_ / "report.txt"), "old");
  EXPECT_EQ(entries_of(path_), 1U);
}

/// 0: as promised; 77: no right to mount; else the step that failed.
int write_to_a_full_disk(const fs::path& path) {
  fs::create_directory(path);
  const uid_t user = ::getuid();
  const int flags = user == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS;
  if (::unshare(flags) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
      ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=64k") != 0) {
    return 77;
  }
  const auto folder = SafeFolder::open_or_create(path);
  if (!folder || !folder->write("report.txt", "fits")) {
    return 1;
  }
  const Status status = folder->write("report.json", std::string(1U << 20U, 'x'));
  if (status || status.error().error_number() != ENOSPC) {
    return 2;
  }
  const auto left = std::distance(fs::directory_iterator(path), fs::directory_iterator());
  return left == 1 && fs::file_size(path / "report.txt") == 4 ? 0 : 3;
}

TEST_F(SafeFolderTest, LeavesNothingHalfWrittenOnAFullDisk) {
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    ::_exit(write_to_a_full_disk(path_));
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) {
    GTEST_SKIP() << "no right to mount a small file system here";
  }
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace culprit
