// SPDX-License-Identifier: Apache-2.0
// Names of files whose symbols are in a debug file, asked for with little time.
#include "symbols/file_names.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>

#include "symbols/file_symbols.h"
#include "symbols/symbol_worker.h"
#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSource = R"(
static __attribute__((noinline)) int ship(int n) { volatile int sum = n; return sum + 1; }
int main(int argc, char**) { return ship(argc); }
)";

/// A stripped program, and beside it the file with its names that it links to.
class SeparatedNames : public testing::Test {
 protected:
  void SetUp() override {
    test::compile(kSource, program_, {"-g", "-Wl,--build-id=none"});
    address_ = address_of("ship");
    const std::string debug = directory_.path_of("program.debug");
    run({"objcopy", "--only-keep-debug", program_, debug});
    run({"objcopy", "--strip-all", "--add-gnu-debuglink=" + debug, program_});
    offset_ = file_offset_of(address_);
    auto worker = SymbolWorker::start();
    ASSERT_TRUE(worker);
    worker_ = *std::move(worker);
    file_ = files_.add_open({.inode = 1}, program_, test::open_for_reading(program_));
  }

  static void run(const std::vector<std::string>& command) {
    std::vector<std::string> words = {"sh", "-c", "\"$@\" && echo done", "sh"};
    words.insert(words.end(), command.begin(), command.end());
    ASSERT_EQ(test::output_of(words), "done\n") << command.front();
  }

  std::uint64_t address_of(const std::string& name) {
    std::istringstream lines(test::output_of({"nm", program_}));
    for (std::string line; std::getline(lines, line);) {
      if (line.find(name) != std::string::npos) {
        return std::strtoull(line.c_str(), nullptr, 16);
      }
    }
    return 0;
  }

  std::uint64_t file_offset_of(std::uint64_t address) {
    const auto symbols = FileSymbols::open(test::open_for_reading(program_));
    for (const ElfSegment& segment : symbols->image().segments()) {
      if (segment.type == 1 && address - segment.address < segment.memory_size) {
        return address - segment.address + segment.file_offset;
      }
    }
    return 0;
  }

  test::ScratchDirectory directory_;
  std::string program_ = directory_.path_of("program");
  UniqueFd root_ = test::open_for_reading("/");
  std::uint64_t address_ = 0;
  std::uint64_t offset_ = 0;
  std::optional<SymbolWorker> worker_;
  MappedFiles files_{8};
  FileId file_;
};

TEST_F(SeparatedNames, AreFoundHoweverLittleTimeTheFirstQuestionsHad) {
  FileNames names(&*worker_, files_, SymbolDetail::Inlines);
  for (auto time = 0us; time < 60s && names.wants(file_, offset_); time = time * 5 / 4 + 20us) {
    names.ask({{.file = file_, .offsets = {offset_}, .frames = 1, .root = root_.get()}},
              std::chrono::steady_clock::now() + time);
  }
  const auto found = names.at(file_, offset_);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].function, "ship");
  EXPECT_EQ(found[0].line, 2U);
}

TEST(FileNamesBuildIds, AreThoseOfTheFilesThatWereReadUnlessANameMeansTwo) {
  const test::ScratchDirectory directory, other;
  const UniqueFd root = test::open_for_reading("/");
  auto worker = SymbolWorker::start();
  ASSERT_TRUE(worker);
  MappedFiles files{8};
  FileNames names(&*worker, files, SymbolDetail::Inlines);
  const auto read = [&](const std::string& path, const char* build_id, std::uint64_t inode) {
    test::compile(kSource, path, {std::string("-Wl,--build-id=") + build_id});
    const FileId file = files.add_open({.inode = inode}, path, test::open_for_reading(path));
    names.ask({{.file = file, .offsets = {0x1000}, .frames = 1, .root = root.get()}},
              std::chrono::steady_clock::now() + 60s);
  };
  using BuildIds = std::map<std::string, std::string>;
  read(directory.path_of("one"), "0x01fe", 1);
  EXPECT_EQ(names.build_ids(), (BuildIds{{"one", "01fe"}}));
  read(directory.path_of("two"), "0xab", 2);
  read(other.path_of("one"), "0x02", 3);
  EXPECT_EQ(names.build_ids(), (BuildIds{{"two", "ab"}}));
}

}  // namespace
}  // namespace culprit
