// SPDX-License-Identifier: Apache-2.0
#include "unwinding/table_maker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace culprit {
namespace {

using testing::ElementsAre;

/// A file whose only function keeps its frame `size` bytes above the stack pointer.
UnwindFile file_with_frames_of(std::int32_t size) {
  UnwindRule gap{};
  UnwindRule rule{};
  rule.cfa = CULPRIT_CFA_STACK_POINTER;
  rule.cfa_offset = size;
  UnwindFile file;
  file.code = {{.file_offset = 0, .size = 0x1000, .address = 0}};
  file.table.rows = {{.address = 0, .rule = 1}, {.address = 0x100, .rule = 0}};
  file.table.rules = {gap, rule};
  return file;
}

class TableMakerTest : public ::testing::Test {
 protected:
  TableMaker::Sides sides() {
    return {.read_file = [this](FileId file, int) -> Result<UnwindFile> {
              order_.push_back(file);
              const auto known = files_.find(file);
              return known == files_.end() ? Result<UnwindFile>(Error("no such file"))
                                           : Result<UnwindFile>(known->second);
            },
            .put_table = [this](std::uint32_t number, std::span<const culprit_unwind_block> blocks)
                -> Result<std::span<const culprit_unwind_block>> {
              auto& place = tables_[number];
              place.assign(blocks.begin(), blocks.end());
              return std::span<const culprit_unwind_block>(place);
            },
            .drop_table = [this](std::uint32_t number) { tables_.erase(number); },
            .rules = rules_};
  }

  static std::map<FileId, MadeTable> wait_for(TableMaker& maker, std::size_t count) {
    std::map<FileId, MadeTable> made;
    for (int round = 0; round < 2000 && made.size() < count; ++round) {
      for (MadeTable& table : maker.take_made()) {
        const FileId file = table.file;
        made.insert_or_assign(file, std::move(table));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return made;
  }

  // Of the maker's thread while it runs.
  std::map<FileId, UnwindFile> files_;
  std::vector<FileId> order_;
  std::map<std::uint32_t, std::vector<culprit_unwind_block>> tables_;
  std::vector<culprit_unwind_rule> rules_{64};
};

TEST_F(TableMakerTest, PutsTheTableAndItsRulesWhereTheKernelPartLooks) {
  files_[FileId(1)] = file_with_frames_of(24);
  TableMaker maker(sides());
  maker.want({.file = FileId(1), .descriptor = {}});
  const auto made = wait_for(maker, 1);
  ASSERT_TRUE(made.contains(FileId(1)));
  const MadeTable& table = made.at(FileId(1));
  ASSERT_LT(table.number, static_cast<std::uint32_t>(CULPRIT_UNWIND_MAX_TABLES));
  ASSERT_EQ(table.blocks.size(), 2U);
  const std::uint32_t rule = table.blocks[1].entries[0] & 0xffffU;
  EXPECT_EQ(rules_.at(rule).cfa_offset, 24);
}

TEST_F(TableMakerTest, FilesWithTheSameContentShareATable) {
  files_[FileId(1)] = file_with_frames_of(24);
  files_[FileId(2)] = file_with_frames_of(24);
  files_[FileId(3)] = file_with_frames_of(32);
  {
    TableMaker maker(sides());
    for (const std::uint32_t file : {1, 2, 3}) {
      maker.want({.file = FileId(file), .descriptor = {}});
    }
    const auto made = wait_for(maker, 3);
    ASSERT_EQ(made.size(), 3U);
    EXPECT_EQ(made.at(FileId(1)).number, made.at(FileId(2)).number);
    EXPECT_NE(made.at(FileId(1)).number, made.at(FileId(3)).number);
    maker.drop(made.at(FileId(1)).number);
    maker.want({.file = FileId(4), .descriptor = {}});
    wait_for(maker, 1);
  }
  EXPECT_EQ(tables_.size(), 2U) << "the second file still uses it";
}

TEST_F(TableMakerTest, SampledFilesComeFirstThenSmallOnes) {
  std::mutex held;
  held.lock();
  auto waiting = sides();
  waiting.read_file = [&, read = waiting.read_file](FileId file, int descriptor) {
    const std::lock_guard until_all_are_there(held);
    return read(file, descriptor);
  };
  TableMaker maker(std::move(waiting));
  maker.want({.file = FileId(9), .descriptor = {}});
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  maker.want({.file = FileId(1), .descriptor = {}, .bytes = 100});
  maker.want({.file = FileId(2), .descriptor = {}, .bytes = 10});
  maker.want({.file = FileId(3), .descriptor = {}, .bytes = 1000});
  maker.hurry(FileId(3));
  held.unlock();
  EXPECT_EQ(wait_for(maker, 4).size(), 4U);
  EXPECT_THAT(order_, ElementsAre(FileId(9), FileId(3), FileId(2), FileId(1)));
}

TEST_F(TableMakerTest, AFileThatCannotBeReadHasNoTableAndIsCounted) {
  TableMaker maker(sides());
  maker.want({.file = FileId(1), .descriptor = {}});
  const auto made = wait_for(maker, 1);
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made.at(FileId(1)).number, static_cast<std::uint32_t>(CULPRIT_TABLE_NONE));
  EXPECT_EQ(made.at(FileId(1)).failure, "no such file");
  EXPECT_EQ(maker.take_losses().failed, 1U);
}

TEST_F(TableMakerTest, RulesThatFindNoRoomAreCounted) {
  rules_.resize(2);
  files_[FileId(1)] = file_with_frames_of(8);
  files_[FileId(2)] = file_with_frames_of(16);
  TableMaker maker(sides());
  maker.want({.file = FileId(1), .descriptor = {}});
  maker.want({.file = FileId(2), .descriptor = {}});
  wait_for(maker, 2);
  EXPECT_EQ(maker.take_losses().rules_full, 1U);
}

}  // namespace
}  // namespace culprit
