// SPDX-License-Identifier: Apache-2.0
#include "investigation/audit_log.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

namespace culprit {
namespace {

class AuditLog : public ::testing::Test {
 protected:
  AuditLog() {
    std::string folder = (std::filesystem::temp_directory_path() / "culprit-XXXXXX").string();
    folder_ = ::mkdtemp(folder.data());
  }
  ~AuditLog() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ / "audit.log"; }
  [[nodiscard]] std::vector<nlohmann::json> lines() const {
    std::ifstream file(path());
    std::vector<nlohmann::json> read;
    for (std::string line; std::getline(file, line);) {
      read.push_back(nlohmann::json::parse(line));
    }
    return read;
  }

  std::filesystem::path folder_;
};

TEST_F(AuditLog, TellsWhatWasAttachedAndWhatCameOfIt) {
  ASSERT_TRUE(append_to_audit_log(
      {.event = "begin", .arguments = {"--duration", "5s"}, .hooks = {"raw_tp sys_exit"}}, path()));
  ASSERT_TRUE(append_to_audit_log({.event = "end",
                                   .arguments = {"--duration", "5s"},
                                   .hooks = {"raw_tp sys_exit", "watchpoints on thread 7"},
                                   .outcome = "No culprit found\n\xff"},
                                  path()));

  const auto written = lines();

  ASSERT_EQ(written.size(), 2U);
  EXPECT_EQ(written[0]["event"], "begin");
  EXPECT_EQ(written[0]["arguments"], nlohmann::json({"--duration", "5s"}));
  EXPECT_EQ(written[1]["hooks"][1], "watchpoints on thread 7");
  EXPECT_EQ(written[1]["outcome"], "No culprit found\n\xef\xbf\xbd");
  struct stat status {};
  ASSERT_EQ(::stat(path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(AuditLog, FollowsNoLink) {
  std::filesystem::create_symlink(folder_ / "elsewhere", path());
  EXPECT_FALSE(append_to_audit_log({.event = "begin"}, path()));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

TEST_F(AuditLog, KeepsTheOneBeforeWhenItHasGrown) {
  std::ofstream(path()) << std::string(1'100'000, 'x');
  ASSERT_TRUE(append_to_audit_log({.event = "begin"}, path()));
  EXPECT_EQ(lines().size(), 1U);
  EXPECT_EQ(std::filesystem::file_size(path() + ".1"), 1'100'000U);
}

}  // namespace
}  // namespace culprit
