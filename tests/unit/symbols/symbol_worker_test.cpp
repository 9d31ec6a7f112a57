// SPDX-License-Identifier: Apache-2.0
#include "symbols/symbol_worker.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "base/text_file.h"
#include "unit/symbols/elf_builder.h"
#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;

KernelTime soon() {
  return std::chrono::steady_clock::now() + 10s;
}

class SymbolWorkerTest : public testing::Test {
 protected:
  /// A file whose functions f0, f1, ... are 16 bytes long.
  UniqueFd file_with(std::size_t functions) {
    std::vector<test::BuiltSymbol> symbols;
    for (std::size_t index = 0; index < functions; ++index) {
      symbols.push_back({.name = "f" + std::to_string(index),
                         .address = test::kBuiltCodeAddress + 16 * (index % 256),
                         .size = 16});
    }
    const std::string path = directory_.path_of("file" + std::to_string(functions));
    test::write_file(path, test::elf_with(symbols));
    return test::open_for_reading(path);
  }

  /// A sparse file: its table takes no room on the disk.
  UniqueFd file_with_empty_symbols(std::uint64_t count) {
    const std::string path = directory_.path_of("sparse");
    const std::vector<test::BuiltSymbol> one = {{.name = "f"}};
    test::write_file(path, test::elf_with(one, [&](test::ElfParts& parts) {
                       parts.sections[test::kSymbolSection].sh_size = count * sizeof(Elf64_Sym);
                     }));
    std::filesystem::resize_file(path, (count + 1024) * sizeof(Elf64_Sym));
    return test::open_for_reading(path);
  }

  UniqueFd honest_file() { return file_with(8); }

  static void expect_to_work(SymbolWorker& worker, const UniqueFd& file) {
    const AskResult result = ask(worker, file, 1000);
    ASSERT_EQ(result.outcome, AskOutcome::Answered) << result.why;
    ASSERT_EQ(result.answer.error, "");
    ASSERT_EQ(result.answer.frames.size(), 2U);
    ASSERT_EQ(result.answer.frames[0].size(), 1U);
    EXPECT_EQ(result.answer.frames[0][0].function, "f1");
    EXPECT_TRUE(result.answer.frames[1].empty());
  }

  static AskResult ask(SymbolWorker& worker, const UniqueFd& file, std::uint32_t id) {
    return worker.ask(
        {.id = 0, .file = id, .file_offsets = {test::kBuiltCodeOffset + 17, 0x900000}}, file.get(),
        soon());
  }

  test::ScratchDirectory directory_;
};

TEST_F(SymbolWorkerTest, NamesFunctionsAndKnowsTheFileNextTime) {
  auto worker = SymbolWorker::start();
  ASSERT_TRUE(worker) << worker.error().message();
  expect_to_work(*worker, honest_file());
  expect_to_work(*worker, UniqueFd());
}

TEST_F(SymbolWorkerTest, SaysWhatIsWrongWithAFileAndGoesOn) {
  auto worker = SymbolWorker::start();
  ASSERT_TRUE(worker);
  test::write_file(directory_.path_of("text"), "#!/bin/sh\necho hello, this is no ELF file\n");
  const AskResult result = ask(*worker, test::open_for_reading(directory_.path_of("text")), 1);
  ASSERT_EQ(result.outcome, AskOutcome::Answered);
  EXPECT_EQ(result.answer.error, "not an ELF file");
  EXPECT_EQ(ask(*worker, UniqueFd(), 2).answer.error, "the file is not open any more");
  expect_to_work(*worker, honest_file());
  EXPECT_EQ(worker->killed(), 0U);
}

TEST_F(SymbolWorkerTest, ReplacesAWorkerThatHangsOverAFile) {
  auto worker = SymbolWorker::start({.query_time = 10ms});
  ASSERT_TRUE(worker);
  // So many entries take longer than that to read, though there is nothing in them.
  const AskResult result = ask(*worker, file_with_empty_symbols(8'000'000), 1);
  ASSERT_EQ(result.outcome, AskOutcome::FileIsToBlame) << result.why;
  EXPECT_EQ(result.file, 1U);
  EXPECT_EQ(worker->killed(), 1U);
  expect_to_work(*worker, honest_file());
}

#ifndef __SANITIZE_ADDRESS__
TEST_F(SymbolWorkerTest, ReplacesAWorkerThatAFileMakesRunOutOfMemory) {
  SymbolWorkerSettings settings;
  settings.conditions.limits.memory_bytes = std::uint64_t{4} * 1024 * 1024;
  settings.query_time = 10s;
  auto worker = SymbolWorker::start(settings);
  ASSERT_TRUE(worker);
  const AskResult result = ask(*worker, file_with(400'000), 1);
  ASSERT_EQ(result.outcome, AskOutcome::FileIsToBlame) << result.why;
  EXPECT_EQ(worker->killed(), 1U);
  expect_to_work(*worker, honest_file());
}
#endif

TEST_F(SymbolWorkerTest, RefusesATableLargerThanAnyProgramHas) {
  auto worker = SymbolWorker::start();
  ASSERT_TRUE(worker);
  const AskResult result = ask(*worker, file_with_empty_symbols(1'000'000'000), 1);
  EXPECT_EQ(result.outcome, AskOutcome::Answered) << result.why;
  EXPECT_EQ(result.answer.error, "a symbol table has more entries than are read");
}

TEST_F(SymbolWorkerTest, ReplacesAWorkerThatDiesOrStandsStill) {
  auto worker = SymbolWorker::start({.query_time = 200ms});
  ASSERT_TRUE(worker);
  expect_to_work(*worker, honest_file());
  for (const int signal : {SIGKILL, SIGSTOP}) {
    const pid_t before = worker->process_id();
    ASSERT_EQ(::kill(before, signal), 0);
    const AskResult result = ask(*worker, honest_file(), 1);
    // A dead one may be noticed before a file can be held against it.
    EXPECT_NE(result.outcome, AskOutcome::Answered);
    expect_to_work(*worker, honest_file());
    EXPECT_NE(worker->process_id(), before);
  }
}

TEST_F(SymbolWorkerTest, KeepsToTheDeadlineAndBlamesNobodyForIt) {
  auto worker = SymbolWorker::start();
  ASSERT_TRUE(worker);
  expect_to_work(*worker, honest_file());
  const UniqueFd large = file_with(100'000);
  const auto begin = std::chrono::steady_clock::now();
  const AskResult result = worker->ask({.id = 0, .file = 5, .file_offsets = {1}}, large.get(),
                                       std::chrono::steady_clock::now() + 1ms);
  EXPECT_EQ(result.outcome, AskOutcome::NotInTime);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 1s);
  expect_to_work(*worker, honest_file());  // the late answer is not taken for this one's
  EXPECT_EQ(worker->killed(), 0U);
}

TEST_F(SymbolWorkerTest, LeavesNoProcessBehind) {
  pid_t pid = -1;
  {
    auto worker = SymbolWorker::start();
    ASSERT_TRUE(worker);
    expect_to_work(*worker, honest_file());
    pid = worker->process_id();
  }
  for (int attempt = 0; attempt < 100 && ::kill(pid, 0) == 0; ++attempt) {
    std::this_thread::sleep_for(10ms);
  }
  // Where nobody reaps orphans a zombie stays, which is no process any more.
  const auto stat = read_text_file("/proc/" + std::to_string(pid) + "/stat");
  EXPECT_TRUE(!stat || stat->find(") Z ") != std::string::npos);
}

TEST_F(SymbolWorkerTest, RunsAtLowPriorityWithoutRights) {
  auto worker = SymbolWorker::start();
  ASSERT_TRUE(worker);
  expect_to_work(*worker, honest_file());
  const auto status = read_text_file("/proc/" + std::to_string(worker->process_id()) + "/status");
  ASSERT_TRUE(status);
  EXPECT_NE(status->find("CapEff:\t0000000000000000"), std::string::npos);
  EXPECT_NE(status->find("Seccomp:\t2"), std::string::npos);
  EXPECT_NE(status->find("NoNewPrivs:\t1"), std::string::npos);
}

}  // namespace
}  // namespace culprit
