// SPDX-License-Identifier: Apache-2.0
#include "symbols/debug_files.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

class DebugFilesTest : public testing::Test {
 protected:
  DebugFilesTest() {
    put("/bin/server", "binary");
    binary_ = test::open_for_reading(root_.path_of("bin/server"));
    root_directory_ = UniqueFd(::open(root_.path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  }

  void put(const std::string& path, std::string_view content) {
    const std::string whole = root_.path() + path;
    std::filesystem::create_directories(whole.substr(0, whole.rfind('/')));
    test::write_file(whole, content);
  }

  std::vector<std::string> found(const std::string& build_id, const std::string& link) {
    std::vector<std::string> contents;
    const DebugFileWish wish{
        .binary = binary_.get(), .path = "/bin/server", .build_id = build_id, .debug_link = link};
    for (const UniqueFd& file : open_debug_files(wish, root_directory_.get(), -1)) {
      std::string text(64, '\0');
      const ssize_t count = ::pread(file.get(), text.data(), text.size(), 0);
      contents.push_back(text.substr(0, static_cast<std::size_t>(std::max<ssize_t>(count, 0))));
    }
    return contents;
  }

  test::ScratchDirectory root_;
  UniqueFd binary_;
  UniqueFd root_directory_;
};

TEST_F(DebugFilesTest, LooksWhereDebugFilesUsuallyAre) {
  put("/usr/lib/debug/.build-id/ab/0cff.debug", "by build-id");
  put("/bin/server.debug", "beside");
  put("/bin/.debug/server.debug", "below");
  put("/usr/lib/debug/bin/server.debug", "apart");
  const std::vector<std::string> all = {"by build-id", "beside", "below", "apart"};
  EXPECT_EQ(found("\xAB\x0C\xFF", "server.debug"), all);
  EXPECT_TRUE(found("", "").empty());
  EXPECT_TRUE(found("x", "other.debug").empty());
}

TEST_F(DebugFilesTest, OffersNeitherTheBinaryItselfNorOneFileTwice) {
  put("/bin/.debug/server", "right");
  std::filesystem::create_directories(root_.path_of("usr/lib/debug"));
  std::filesystem::create_symlink("../../../bin/.debug", root_.path_of("usr/lib/debug/bin"));
  EXPECT_EQ(found("", "server"), std::vector<std::string>{"right"});
}

TEST_F(DebugFilesTest, OpensNothingButRegularFilesBelowTheRoot) {
  const test::ScratchDirectory outside;
  test::write_file(outside.path_of("secret"), std::string_view("secret"));
  std::filesystem::create_directories(root_.path_of("bin/.debug"));
  std::filesystem::create_symlink(outside.path_of("secret"), root_.path_of("bin/server.debug"));
  // Opening a FIFO for reading would wait for a writer.
  ASSERT_EQ(::mkfifo(root_.path_of("bin/.debug/server.debug").c_str(), 0600), 0);
  EXPECT_TRUE(found("", "server.debug").empty());
  put("/server.debug", "not in a usual place");
  EXPECT_TRUE(found("", "../server.debug").empty());
}

}  // namespace
}  // namespace culprit
