// SPDX-License-Identifier: Apache-2.0
// The second kind of question for the worker: what a reader makes of a file.
#include "symbols/file_reader.h"

#include <gtest/gtest.h>

#include <cstring>
#include <span>
#include <string>
#include <vector>

#include "symbols/symbol_worker.h"
#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;

using Question = std::span<const std::byte>;

constexpr std::uint64_t kLargeBytes = std::uint64_t{20} * 1024 * 1024 + 17;

Result<std::vector<std::byte>> copy_of(const ByteSource& file, Question /*question*/) {
  std::vector<std::byte> content(file.size());
  if (!file.read(0, content)) {
    return Error("cannot be read");
  }
  return content;
}

Result<std::vector<std::byte>> much(const ByteSource& /*file*/, Question /*question*/) {
  std::vector<std::byte> content(kLargeBytes);
  for (std::size_t index = 0; index < content.size(); ++index) {
    content[index] = static_cast<std::byte>(index * 31 >> 7U);
  }
  return content;
}

/// The eight bytes at the address that the question names.
Result<std::vector<std::byte>> word_at(const ByteSource& memory, Question question) {
  std::uint64_t address = 0;
  std::vector<std::byte> word(sizeof address);
  std::memcpy(&address, question.data(), sizeof address);
  if (!memory.read(address, word)) {
    return Error("nothing is there");
  }
  return word;
}

enum Reader : std::uint32_t { kCopy, kMuch, kTooMuch, kRefuse, kDie, kHang, kWord, kUnknown };

FileReaders all_readers() {
  return {copy_of,
          much,
          [](const ByteSource&, Question) -> Result<std::vector<std::byte>> {
            return std::vector<std::byte>(kMaxContentBytes + 1);
          },
          [](const ByteSource&, Question) -> Result<std::vector<std::byte>> {
            return Error("no table");
          },
          [](const ByteSource&, Question) -> Result<std::vector<std::byte>> { __builtin_trap(); },
          [](const ByteSource&, Question) -> Result<std::vector<std::byte>> {
            for (volatile int count = 0;;) {
              count = count + 1;
            }
          },
          word_at};
}

class FileReaderTest : public testing::Test {
 protected:
  FileReaderTest() {
    SymbolWorkerSettings settings;
    settings.conditions.readers = all_readers();
    settings.read_time = 1500ms;
    auto worker = SymbolWorker::start(settings);
    EXPECT_TRUE(worker);
    worker_ = *std::move(worker);
    test::write_file(directory_.path_of("file"), std::string_view("some content"));
    file_ = test::open_for_reading(directory_.path_of("file"));
  }

  ReadResult read(std::uint32_t reader, std::chrono::milliseconds time = 20s) {
    return worker_->read_file({.id = 0, .file = 7, .reader = reader}, file_.get(),
                              std::chrono::steady_clock::now() + time);
  }

  void expect_to_work() {
    const ReadResult result = read(kCopy);
    ASSERT_EQ(result.outcome, AskOutcome::Answered) << result.why;
    EXPECT_EQ(result.error, "");
    EXPECT_EQ(result.content.size(), std::string_view("some content").size());
  }

  test::ScratchDirectory directory_;
  UniqueFd file_;
  std::optional<SymbolWorker> worker_;
};

TEST_F(FileReaderTest, HandsOverWhatAReaderMakes) {
  expect_to_work();
  expect_to_work();
}

TEST_F(FileReaderTest, HandsOverMoreThanAMessageHolds) {
  const ReadResult result = read(kMuch);
  ASSERT_EQ(result.outcome, AskOutcome::Answered) << result.why;
  EXPECT_TRUE(result.content == *much(ByteSource::of_memory({}), {}));
}

TEST_F(FileReaderTest, TellsWhatAReaderSaysAgainstAFile) {
  const ReadResult refused = read(kRefuse);
  EXPECT_EQ(refused.outcome, AskOutcome::Answered);
  EXPECT_EQ(refused.error, "no table");
  EXPECT_EQ(read(kTooMuch).error, "too much to be handed over");
  EXPECT_EQ(read(kUnknown).error, "there is no such reader");
  EXPECT_EQ(worker_->killed(), 0U);
  expect_to_work();
}

TEST_F(FileReaderTest, LooksIntoTheMemoryOfAProcess) {
  static volatile std::uint64_t value = 0x0123456789abcdef;
  const UniqueFd memory = test::open_for_reading("/proc/self/mem");
  const auto ask = [&](std::uint64_t address) {
    ReadQuery query{.id = 0, .file = 8, .reader = kWord, .source = ReadSource::ProcessMemory};
    query.question.resize(sizeof address);
    std::memcpy(query.question.data(), &address, sizeof address);
    return worker_->read_file(std::move(query), memory.get(),
                              std::chrono::steady_clock::now() + 20s);
  };
  // The address of a variable of this process, which is not the worker.
  const ReadResult there = ask(reinterpret_cast<std::uintptr_t>(&value));
  ASSERT_EQ(there.outcome, AskOutcome::Answered) << there.why;
  value = 0;
  std::uint64_t read = 0;
  ASSERT_EQ(there.content.size(), sizeof read) << there.error;
  std::memcpy(&read, there.content.data(), sizeof read);
  EXPECT_EQ(read, 0x0123456789abcdefU);
  EXPECT_EQ(ask(64).error, "nothing is there");
}

TEST_F(FileReaderTest, ReplacesAWorkerWhoseReaderDiesOrHangs) {
  for (const auto reader : {kDie, kHang}) {
    const ReadResult result = read(reader);
    EXPECT_EQ(result.outcome, AskOutcome::FileIsToBlame);
    EXPECT_EQ(result.file, 7U);
    EXPECT_TRUE(result.content.empty());
    expect_to_work();
  }
  EXPECT_EQ(worker_->killed(), 2U);
}

TEST_F(FileReaderTest, ForgetsContentThatCameTooLate) {
  expect_to_work();
  EXPECT_EQ(read(kMuch, 1ms).outcome, AskOutcome::NotInTime);
  expect_to_work();
  EXPECT_EQ(worker_->killed(), 0U);
}

}  // namespace
}  // namespace culprit
