// SPDX-License-Identifier: Apache-2.0
#include "exporters/folded_exporter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "exporters/stack_names.h"
#include "golden/golden_reports.h"
#include "golden/report_builder.h"

namespace culprit {
namespace {

TEST(FoldedExporter, WritesRootFirstWithKernelFramesMarked) {
  EXPECT_THAT(FoldedExporter().write(golden::looping_backend()),
              testing::HasSubstr("worker-1;python3;<module>;connect_forever;__libc_connect;"
                                 "do_syscall_64_[k];__sys_connect_[k];tcp_v4_connect_[k] 301\n"));
}

TEST(FoldedExporter, MergesPathsThatDifferByLinesOnly) {
  golden::ProfileBuilder builder;
  const WorkloadIndex app = builder.container("app", "app:1", 1);
  builder.samples(app, "sh", builder.path({golden::python("f", "/a.py", 1)}), 2);
  builder.samples(app, "sh", builder.path({golden::python("f", "/a.py", 2)}), 3);
  EXPECT_EQ(folded_stacks(builder.profile, builder.workload(app)), "app;sh;f 5\n");
}

TEST(FoldedExporter, KeepsItsFormatWhateverTheNames) {
  const Report report = golden::hostile_names();
  std::istringstream lines(FoldedExporter().write(report));
  const std::regex format("[^;\\x01-\\x1f]+(;[^;\\x01-\\x1f]+)+ [0-9]+");
  std::uint64_t sum = 0;
  std::vector<std::string> seen;
  for (std::string line; std::getline(lines, line);) {
    // Long names exhaust the recursion of std::regex; their letters are all the same.
    line = std::regex_replace(line, std::regex("A{9}"), "");
    EXPECT_TRUE(std::regex_match(line, format)) << line;
    sum += std::stoull(line.substr(line.rfind(' ') + 1));
    seen.push_back(line);
  }
  EXPECT_EQ(sum, 1700U);
  EXPECT_EQ(seen.size(), 4U);
}

TEST(FoldedName, IsNeverEmptyAndNeverLooksLikeTheKernels) {
  EXPECT_EQ(folded_name(""), "[unknown]");
  EXPECT_EQ(folded_name("  "), "[unknown]");
  EXPECT_EQ(folded_name("a;b\nc"), "a:b\\x0Ac");
  EXPECT_EQ(folded_name("evil_[k]"), "evil_(k)");
  EXPECT_EQ(folded_name("operator[]"), "operator[]");
  EXPECT_EQ(folded_frame(golden::kernel_frame("vfs_write")), "vfs_write_[k]");
}

TEST(FileNamePart, StaysInItsFolder) {
  EXPECT_EQ(file_name_part("shop_api-1.v2"), "shop_api-1.v2");
  EXPECT_EQ(file_name_part("../../etc/passwd"), "_._.._etc_passwd");
  EXPECT_EQ(file_name_part(".."), "_.");
  EXPECT_EQ(file_name_part("-rf"), "_rf");
  EXPECT_EQ(file_name_part(""), "unnamed");
  EXPECT_EQ(file_name_part(std::string("a\0b", 3)), "a_b");
  EXPECT_EQ(file_name_part(std::string(10240, 'x')).size(), 64U);
}

}  // namespace
}  // namespace culprit
