// SPDX-License-Identifier: Apache-2.0
// The tables of this machine's programs and libraries, row by row against elfutils.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "unit/symbols/test_files.h"
#include "unit/unwinding/imagined_machine.h"
#include "unit/unwinding/libdw_oracle.h"
#include "unit/unwinding/rule_matchers.h"
#include "unwinding/block_tree.h"
#include "unwinding/build_table.h"
#include "unwinding/rule_book.h"

namespace culprit {
namespace {

using Kind = test::UnwoundFrame::Kind;

/// Sanitizers make libdw slow; the rows are spread over the whole file.
constexpr std::size_t kMaxRows = 12000;

struct RealFile {
  std::string name;
  std::string path;
};

class RealFiles : public testing::TestWithParam<RealFile> {
 protected:
  void SetUp() override {
    const std::string& path = GetParam().path;
    if (::access(path.c_str(), R_OK) != 0) {
      GTEST_SKIP() << path << " is not on this machine";
    }
    const UniqueFd file = test::open_for_reading(path);
    auto table = build_unwind_table(ByteSource::of_descriptor(file.get()));
    ASSERT_TRUE(table) << table.error().message();
    table_ = *std::move(table);
  }

  UnwindTable table_;
};

/// Counts and shows disagreements.
class Comparison {
 public:
  explicit Comparison(const test::LibdwOracle& oracle) : oracle_(oracle) {}

  void at(std::uint64_t address, const UnwindRule& rule) {
    const test::ImaginedMachine machine{.instruction_pointer = address};
    const test::UnwoundFrame ours = apply(rule, machine);
    const test::UnwoundFrame theirs = oracle_.unwind(machine);
    ++compared_;
    if (ours.kind == Kind::Unsupported) {
      ++unsupported_;
    } else if (!(ours == theirs)) {
      ++different_;
      if (different_ < 10) {
        ADD_FAILURE() << std::hex << "at " << address << ": " << std::dec << rule << std::hex
                      << ", theirs: kind " << static_cast<int>(theirs.kind) << " cfa " << theirs.cfa
                      << " against " << ours.cfa;
      }
    }
  }

  [[nodiscard]] std::size_t compared() const { return compared_; }
  [[nodiscard]] std::size_t unsupported() const { return unsupported_; }
  [[nodiscard]] std::size_t different() const { return different_; }

 private:
  const test::LibdwOracle& oracle_;
  std::size_t compared_ = 0;
  std::size_t unsupported_ = 0;
  std::size_t different_ = 0;
};

TEST_P(RealFiles, AgreeWithElfutils) {
  const test::LibdwOracle oracle(GetParam().path);
  ASSERT_TRUE(oracle.ready());
  Comparison comparison(oracle);
  const std::vector<UnwindRow>& rows = table_.rows;
  const std::size_t step = 1 + rows.size() / kMaxRows;
  for (std::size_t index = 0; index + 1 < rows.size(); index += step) {
    const UnwindRule& rule = table_.rules[rows[index].rule];
    comparison.at(table_.lowest_address + rows[index].address, rule);
    comparison.at(table_.lowest_address + rows[index + 1].address - 1, rule);
  }
  EXPECT_EQ(comparison.different(), 0U) << "of " << comparison.compared();
  EXPECT_GT(comparison.compared(), 1000U);
  EXPECT_LE(comparison.unsupported() * 200, comparison.compared());
  EXPECT_EQ(table_.counters.malformed_entries, 0U);
  RecordProperty("compared", static_cast<int>(comparison.compared()));
  RecordProperty("unsupported", static_cast<int>(comparison.unsupported()));
}

TEST_P(RealFiles, AreFoundInTheirBlocks) {
  RuleBook book;
  const auto numbers = book.add(table_.rules);
  ASSERT_TRUE(numbers);
  const auto tree = lay_out_blocks(table_, numbers->numbers);
  ASSERT_TRUE(tree);
  const UnwindRow* before = nullptr;
  for (const UnwindRow& row : table_.rows) {
    ASSERT_EQ(find_rule_number(*tree, row.address), numbers->numbers[row.rule]);
    if (before != nullptr) {
      ASSERT_EQ(find_rule_number(*tree, row.address - 1), numbers->numbers[before->rule]);
    }
    before = &row;
  }
}

INSTANTIATE_TEST_SUITE_P(
    OfThisMachine, RealFiles,
    testing::Values(RealFile{"libc", "/lib/x86_64-linux-gnu/libc.so.6"},
                    RealFile{"loader", "/lib64/ld-linux-x86-64.so.2"},
                    RealFile{"python", "/usr/bin/python3"},
                    RealFile{"libstdcpp", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"},
                    RealFile{"libcrypto", "/usr/lib/x86_64-linux-gnu/libcrypto.so.3"},
                    RealFile{"cc1plus", "/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus"},
                    RealFile{"this_test", "/proc/self/exe"}),
    [](const auto& file) { return file.param.name; });

}  // namespace
}  // namespace culprit
