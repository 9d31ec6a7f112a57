// SPDX-License-Identifier: Apache-2.0
// What the kernel part is told, seen by a kernel part that only remembers.
#include "unwinding/unwind_loader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <vector>

namespace culprit {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr FileId kProgram{3};
constexpr FileId kLibrary{4};

AddressSpaceKey space_of(std::uint32_t pid, std::uint64_t id) {
  return {.process = {Pid(pid), 7}, .id = AddressSpaceId(id)};
}

ExecutableRange file_range(std::uint64_t start, FileId file, std::uint64_t offset = 0) {
  return {.start = start,
          .end = start + 0x1000,
          .file_offset = offset,
          .file = file,
          .kind = MappingKind::File};
}

ProcessEvent event_of(ProcessEventKind kind, std::uint32_t pid, std::uint64_t space,
                      std::uint32_t parent = 0) {
  ProcessEvent event{.kind = kind, .parent = Pid(parent)};
  event.task.process = {Pid(pid), 7};
  event.task.address_space = AddressSpaceId(space);
  return event;
}

class UnwindLoaderTest : public ::testing::Test {
 protected:
  UnwindLoader make(UnwindLoader::Limits limits = {}) {
    return UnwindLoader(
        {.pool = pool_,
         .rules = rules_,
         .put_space =
             [this](const AddressSpaceKey& key, const culprit_unwind_space& space) {
               known_[key.id.value()] = space;
               return Status(Success{});
             },
         .drop_space = [this](const AddressSpaceKey& key) { known_.erase(key.id.value()); },
         .ranges_of = [this](const AddressSpaceKey& key) { return ranges_[key.id.value()]; },
         .files = {.ask =
                       [this](FileId file, bool /*sampled*/) {
                         asked_.push_back(file);
                         return !closed_.contains(file);
                       },
                   .hurry = [](FileId) {},
                   .drop = [this](std::uint32_t number) { dropped_.push_back(number); }}},
        limits);
  }

  /// What the kernel part finds in an address space, in its order.
  std::vector<culprit_unwind_mapping> mappings_of(std::uint64_t space) {
    std::vector<culprit_unwind_mapping> found;
    const culprit_unwind_space& place = known_.at(space);
    for (std::uint32_t block = 0; block < place.block_count; ++block) {
      for (const auto& mapping : pool_[place.first_block + block].mappings) {
        if (mapping.start != UINT64_MAX) {
          found.push_back(mapping);
        }
      }
    }
    return found;
  }

  MadeTable table_of(FileId file, std::uint32_t number) {
    return {.file = file,
            .number = number,
            .middle_blocks = 2,
            .lowest_address = 0x400,
            .code = {{.file_offset = 0, .size = 0x10000, .address = 0x400}},
            .blocks = blocks_};
  }

  std::vector<culprit_unwind_mappings> pool_{8};
  std::vector<culprit_unwind_rule> rules_{4};
  std::vector<culprit_unwind_block> blocks_{4};
  std::map<std::uint64_t, std::vector<ExecutableRange>> ranges_;
  std::map<std::uint64_t, culprit_unwind_space> known_;
  std::vector<FileId> asked_;
  std::set<FileId> closed_;
  std::vector<std::uint32_t> dropped_;
};

TEST_F(UnwindLoaderTest, DescribesAnAddressSpaceWhenItIsFirstSampled) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram), file_range(0x9000, kLibrary)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  const auto mappings = mappings_of(1);
  ASSERT_EQ(mappings.size(), 2U);
  EXPECT_EQ(mappings[1].start, 0x9000U);
  EXPECT_EQ(mappings[1].table, CULPRIT_TABLE_PENDING);
  EXPECT_THAT(asked_, UnorderedElementsAre(kProgram, kLibrary));
}

TEST_F(UnwindLoaderTest, FillsATableInWhereItsFileIsMapped) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram), file_range(0x9000, kLibrary, 0x2000)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.accept(table_of(kLibrary, 5));
  const auto mappings = mappings_of(1);
  EXPECT_EQ(mappings[0].table, CULPRIT_TABLE_PENDING);
  EXPECT_EQ(mappings[1].table, 5U);
  EXPECT_EQ(mappings[1].middle_blocks, 2U);
  // 0x2000 in the file is 0x2400 in its own addresses, 0x2000 in the table.
  EXPECT_EQ(mappings[1].bias, 0x9000U - 0x2000U);
}

TEST_F(UnwindLoaderTest, WalksFilesThatAreClosedAndCodeOfNoFileByFramePointers) {
  auto loader = make();
  closed_ = {kLibrary};
  ranges_[1] = {file_range(0x1000, kLibrary), {.start = 0x5000, .end = 0x6000}};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.settle(KernelTime(seconds(1)));
  EXPECT_EQ(mappings_of(1)[0].table, CULPRIT_TABLE_NONE);
  EXPECT_EQ(mappings_of(1)[1].table, CULPRIT_TABLE_JIT);
}

TEST_F(UnwindLoaderTest, AForkHasTheMappingsOfItsParent) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.accept(event_of(ProcessEventKind::Fork, 11, 2, 10));
  ASSERT_TRUE(known_.contains(2));
  EXPECT_EQ(known_[2].first_block, known_[1].first_block);
  loader.accept(event_of(ProcessEventKind::Exit, 10, 0));
  EXPECT_FALSE(known_.contains(1));
  loader.accept(table_of(kProgram, 1));
  EXPECT_EQ(mappings_of(2)[0].table, 1U);
}

TEST_F(UnwindLoaderTest, AnExecutionReplacesTheMappings) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  ranges_[2] = {file_range(0x3000, kLibrary)};
  loader.accept(event_of(ProcessEventKind::Exec, 10, 2));
  loader.settle(KernelTime(seconds(1)));
  EXPECT_FALSE(known_.contains(1));
  EXPECT_EQ(mappings_of(2)[0].start, 0x3000U);
}

TEST_F(UnwindLoaderTest, ASampleFromBeforeAnExecutionDoesNotUndoIt) {
  auto loader = make();
  ProcessEvent execution = event_of(ProcessEventKind::Exec, 10, 2);
  execution.time = KernelTime(seconds(2));
  loader.accept(execution);
  ranges_[2] = {file_range(0x3000, kProgram)};
  loader.settle(KernelTime(seconds(2)));
  // Forked from a process that nobody had looked at.
  ranges_[1] = {file_range(0x1000, kLibrary)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  ranges_[2].push_back(file_range(0x9000, kLibrary));
  loader.accept(ExecutableMapping{.pid = Pid(10)});
  loader.settle(KernelTime(seconds(3)));
  ASSERT_TRUE(known_.contains(2));
  EXPECT_EQ(mappings_of(2).size(), 2U);
  EXPECT_EQ(loader.code_at(space_of(10, 1), 0x1800).kind, CodeFacts::Kind::TablePending);
}

TEST_F(UnwindLoaderTest, ANewMappingIsWrittenElsewhereAndSwappedIn) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  const auto before = known_[1].first_block;
  ranges_[1].push_back(file_range(0x9000, kLibrary));
  loader.accept(ExecutableMapping{.pid = Pid(10)});
  loader.settle(KernelTime(seconds(2)));
  EXPECT_NE(known_[1].first_block, before);
  EXPECT_EQ(mappings_of(1).size(), 2U);
}

TEST_F(UnwindLoaderTest, ANumberThatIsUsedAgainIsAnotherAddressSpace) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.accept(event_of(ProcessEventKind::Exit, 10, 0));
  ranges_[1] = {file_range(0x5000, kLibrary)};
  loader.sampled(space_of(11, 1), KernelTime(seconds(2)));
  EXPECT_EQ(mappings_of(1)[0].start, 0x5000U);
  EXPECT_EQ(loader.code_at(space_of(10, 1), 0x1800).kind, CodeFacts::Kind::TablePending);
  EXPECT_EQ(loader.code_at(space_of(11, 1), 0x1800).kind, CodeFacts::Kind::NotMapped);
}

TEST_F(UnwindLoaderTest, StacksOfAProcessThatHasEndedAreStillUnwound) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.accept(event_of(ProcessEventKind::Exit, 10, 0));
  EXPECT_EQ(loader.code_at(space_of(10, 1), 0x1800).kind, CodeFacts::Kind::TablePending);
  EXPECT_EQ(loader.code_at(space_of(10, 1), 0x2000).kind, CodeFacts::Kind::NotMapped);
}

TEST_F(UnwindLoaderTest, WhatAShortLifeMappedIsToldOfAfterItsEnd) {
  auto loader = make();
  ranges_[1] = {file_range(0x1000, kProgram)};
  loader.accept(event_of(ProcessEventKind::Exec, 10, 1));
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.accept(event_of(ProcessEventKind::Exit, 10, 0));
  ranges_[1].push_back(file_range(0x9000, kLibrary));
  loader.accept(ExecutableMapping{.pid = Pid(10)});
  loader.settle(KernelTime(seconds(1)));
  EXPECT_EQ(loader.code_at(space_of(10, 1), 0x9100).kind, CodeFacts::Kind::TablePending);
  EXPECT_THAT(asked_, UnorderedElementsAre(kProgram, kLibrary));
  EXPECT_THAT(known_, IsEmpty());
}

TEST_F(UnwindLoaderTest, ASampleThatComesAfterTheEndIsStillUnwound) {
  auto loader = make();
  loader.accept(event_of(ProcessEventKind::Exec, 10, 1));
  loader.accept(event_of(ProcessEventKind::Exit, 10, 0));
  ranges_[1] = {file_range(0x1000, kProgram)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.settle(KernelTime(seconds(1)));
  EXPECT_EQ(loader.code_at(space_of(10, 1), 0x1100).kind, CodeFacts::Kind::TablePending);
  EXPECT_THAT(known_, IsEmpty());
}

TEST_F(UnwindLoaderTest, ForgetsWhatWasSampledLongestAgo) {
  auto loader = make({.spaces = 2, .table_bytes = 1 << 20});
  for (const std::uint64_t space : {1, 2, 3}) {
    ranges_[space] = {file_range(0x1000, kProgram)};
    loader.sampled(space_of(static_cast<std::uint32_t>(space), space), KernelTime(seconds(space)));
  }
  EXPECT_FALSE(known_.contains(1));
  EXPECT_TRUE(known_.contains(2));
  EXPECT_EQ(loader.take_losses().spaces_evicted, 1U);
}

TEST_F(UnwindLoaderTest, DropsTheTablesThatWereNeededLongestAgoAndAsksAgain) {
  const std::uint64_t one_table = blocks_.size() * sizeof(culprit_unwind_block);
  auto loader = make({.spaces = 8, .table_bytes = 2 * one_table - 1});
  ranges_[1] = {file_range(0x1000, kProgram)};
  ranges_[2] = {file_range(0x1000, kLibrary)};
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  loader.sampled(space_of(11, 2), KernelTime(seconds(2)));
  loader.accept(table_of(kProgram, 1));
  loader.accept(table_of(kLibrary, 2));
  loader.settle(KernelTime(seconds(2)));
  EXPECT_THAT(dropped_, ElementsAre(1U));
  EXPECT_EQ(mappings_of(1)[0].table, CULPRIT_TABLE_PENDING);
  EXPECT_EQ(mappings_of(2)[0].table, 2U);
  asked_.clear();
  loader.sampled(space_of(10, 1), KernelTime(seconds(3)));
  EXPECT_THAT(asked_, ElementsAre(kProgram));
}

TEST_F(UnwindLoaderTest, CutsWhatIsMoreThanFits) {
  pool_.resize(64);
  auto loader = make();
  for (std::uint64_t index = 0; index < 5000; ++index) {
    ranges_[1].push_back(file_range(0x1000 + index * 0x1000, kProgram));
  }
  loader.sampled(space_of(10, 1), KernelTime(seconds(1)));
  EXPECT_EQ(mappings_of(1).size(), 2048U);
  EXPECT_EQ(loader.take_losses().mappings_cut, 5000U - 2048U);
}

TEST_F(UnwindLoaderTest, ChildrenOfProcessesThatAreNotKnownComeToNothing) {
  auto loader = make();
  loader.accept(event_of(ProcessEventKind::Fork, 11, 2, 10));
  loader.accept(event_of(ProcessEventKind::Exit, 11, 0));
  loader.settle(KernelTime(seconds(1)));
  EXPECT_THAT(known_, IsEmpty());
}

}  // namespace
}  // namespace culprit
