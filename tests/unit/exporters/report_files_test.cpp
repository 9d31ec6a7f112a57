// SPDX-License-Identifier: Apache-2.0
#include "exporters/report_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "exporters/exporter_registry.h"
#include "golden/golden_reports.h"

namespace culprit {
namespace {

namespace fs = std::filesystem;

class ReportFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = fs::temp_directory_path() / "culprit-report-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    above_ = pattern;
  }
  void TearDown() override { fs::remove_all(above_); }

  [[nodiscard]] std::string out() const { return (above_ / "out").string(); }
  [[nodiscard]] std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(above_)) {
      if (!entry.is_directory()) {
        names.insert(fs::relative(entry.path(), above_ / "out"));
      }
    }
    return names;
  }

  fs::path above_;
};

TEST_F(ReportFilesTest, WritesEveryFormatAndEachContainersGraph) {
  const auto names = write_report_files(golden::looping_backend(), out());
  ASSERT_TRUE(names) << names.error().message();
  EXPECT_THAT(*names,
              testing::ElementsAre("report.txt", "report.json", "report.md", "flame.html",
                                   "stacks.folded", "flame.svg", "profile.pb.gz", "containers/"));
  EXPECT_THAT(files(), testing::ElementsAre(
                           "containers/.written-by-culprit", "containers/backend-2.folded",
                           "containers/backend-2.svg", "containers/docker.service.folded",
                           "containers/docker.service.svg", "containers/mysql.folded",
                           "containers/mysql.svg", "containers/worker-1.folded",
                           "containers/worker-1.svg", "flame.html", "flame.svg", "profile.pb.gz",
                           "report.json", "report.md", "report.txt", "stacks.folded"));
}

TEST_F(ReportFilesTest, KeepsHostileContainersInsideOfTheFolder) {
  ASSERT_TRUE(write_report_files(golden::hostile_names(), out()));
  const std::set<std::string> names = files();
  EXPECT_EQ(names.size(), 7U + 9U);
  for (const std::string& name : names) {
    EXPECT_THAT(name, testing::Not(testing::StartsWith("..")));
    EXPECT_EQ(name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                     "0123456789_.-/"),
              std::string::npos);
  }
}

TEST_F(ReportFilesTest, TellsContainersOfOneFileNameApart) {
  Report report = golden::looping_backend();
  for (WorkloadProfile& workload : report.profile.workloads) {
    workload.container.name = workload.container.name == "mysql" ? "A b" : "a;b";
  }
  ASSERT_TRUE(write_report_files(report, out()));
  EXPECT_THAT(files(), testing::IsSupersetOf({"containers/a_b.svg", "containers/a_b-2.svg",
                                              "containers/A_b-3.svg", "containers/a_b-4.svg"}));
}

TEST_F(ReportFilesTest, WritesForTheOwnerOnly) {
  ASSERT_TRUE(write_report_files(golden::looping_backend(), out()));
  for (const auto& entry : fs::recursive_directory_iterator(above_)) {
    struct stat status {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, entry.is_directory() ? 0700U : 0600U) << entry.path();
  }
}

TEST_F(ReportFilesTest, MayBeWrittenTwice) {
  ASSERT_TRUE(write_report_files(golden::looping_backend(), out()));
  const auto first = files();
  ASSERT_TRUE(write_report_files(golden::looping_backend(), out()));
  EXPECT_EQ(files(), first);
}

TEST_F(ReportFilesTest, RemovesTheGraphsOfAnEarlierRun) {
  ASSERT_TRUE(write_report_files(golden::looping_backend(), out()));
  const std::string own = "containers/own.svg";
  std::ofstream(above_ / "out" / own) << "the user's own";
  ASSERT_TRUE(write_report_files(golden::hostile_names(), out()));
  EXPECT_THAT(files(), testing::Contains(own));
  EXPECT_THAT(files(), testing::Not(testing::Contains("containers/backend-2.folded")));
  EXPECT_THAT(files(), testing::Not(testing::Contains("containers/mysql.svg")));
}

TEST_F(ReportFilesTest, SaysInTheTextWhereTheFilesAre) {
  ASSERT_TRUE(write_report_files(golden::healthy_host(), out()));
  std::ifstream stream(above_ / "out" / "report.txt");
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  EXPECT_THAT(text, testing::HasSubstr("\nFILES    " + out()));
}

TEST_F(ReportFilesTest, LearnsOfABadFolderBeforeTheInvestigation) {
  EXPECT_TRUE(check_report_folder(out()));
  std::ofstream(above_ / "file") << "file";
  EXPECT_FALSE(check_report_folder((above_ / "file").string()));
  EXPECT_FALSE(check_report_folder("/proc"));
  EXPECT_FALSE(write_report_files(golden::healthy_host(), (above_ / "file").string()));
}

TEST(ExporterRegistry, MakesAnExporterForEveryFormatAndNoOther) {
  for (const std::string_view format : exporter_formats()) {
    const auto exporter = make_exporter(format);
    ASSERT_NE(exporter, nullptr) << format;
    EXPECT_FALSE(exporter->write(golden::healthy_host()).empty());
  }
  EXPECT_EQ(make_exporter("xml"), nullptr);
  EXPECT_EQ(make_exporter(""), nullptr);
}

}  // namespace
}  // namespace culprit
