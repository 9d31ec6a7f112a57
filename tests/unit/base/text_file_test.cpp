// SPDX-License-Identifier: Apache-2.0
#include "base/text_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>

#include "base/unique_fd.h"
#include "unit/containers/temporary_folder.h"

namespace culprit {
namespace {

using test::TemporaryFolder;

TEST(TextFile, ReadsWholeFilesUpToTheLimit) {
  const TemporaryFolder folder;
  folder.file("small", "content\n");
  folder.file("large", std::string(100000, 'x'));
  EXPECT_EQ(*read_text_file(folder.path("small")), "content\n");
  EXPECT_EQ(read_text_file(folder.path("large"))->size(), 100000U);
  EXPECT_EQ(read_text_file(folder.path("large"), 20000)->size(), 20000U);
  EXPECT_EQ(read_text_file(folder.path("small"), 0)->size(), 0U);
}

TEST(TextFile, SaysWhyItCannot) {
  const TemporaryFolder folder;
  const auto absent = read_text_file(folder.path("absent"));
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().error_number(), ENOENT);
  EXPECT_FALSE(read_text_file(folder.path()));
}

TEST(TextFile, DoesNotWaitForAPipe) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(read_text_file(folder.path("pipe")));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(1));
}

TEST(TextFile, DoesNotFollowALinkBelowAFolder) {
  const TemporaryFolder folder;
  folder.file("target", "secret");
  folder.link("link", "target");
  const UniqueFd directory(::open(folder.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  EXPECT_EQ(*read_text_file_at(directory.get(), "target"), "secret");
  EXPECT_FALSE(read_text_file_at(directory.get(), "link"));
}

TEST(UniqueFd, ClosesWhatItOwns) {
  int number = -1;
  {
    UniqueFd first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    number = first.get();
    UniqueFd second = std::move(first);
    EXPECT_FALSE(first.valid());  // NOLINT(bugprone-use-after-move): what is tested
    EXPECT_EQ(second.get(), number);
    EXPECT_GE(::fcntl(number, F_GETFD), 0);
  }
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace culprit
