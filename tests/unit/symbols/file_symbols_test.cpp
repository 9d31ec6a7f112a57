// SPDX-License-Identifier: Apache-2.0
// Every place where a binary's names and lines may be, in files as compilers and binutils make
// them.
#include "symbols/file_symbols.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include "symbols/symbol_worker.h"
#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

constexpr std::string_view kSource = R"(#include <cstdlib>
namespace shop {
static inline __attribute__((always_inline)) int weigh(int n) {
  volatile int sum = n;
  for (int i = 0; i < n; ++i) sum = sum + i;
  return sum;
}
static inline __attribute__((always_inline)) int pack(int n) {
  return weigh(n + 1) * 3;
}
__attribute__((noinline)) int ship(int n) {
  return pack(n) + std::rand();
}
}
int main(int argc, char**) { return shop::ship(argc); }
)";

class FileSymbolsTest : public testing::Test {
 protected:
  std::string built(const std::vector<std::string>& options) {
    std::string path = directory_.path_of("victim");
    test::compile(kSource, path, options);
    return path;
  }

  static void run(const std::vector<std::string>& command) {
    std::vector<std::string> words = {"sh", "-c", "\"$@\" && echo done", "sh"};
    words.insert(words.end(), command.begin(), command.end());
    ASSERT_EQ(test::output_of(words), "done\n") << command.front();
  }

  /// The address of a function whose mangled name holds that text, by nm.
  static std::uint64_t address_of(const std::string& path, const std::string& name) {
    std::istringstream lines(test::output_of({"nm", path}));
    std::string line;
    while (std::getline(lines, line)) {
      if (line.find(name) != std::string::npos) {
        return std::strtoull(line.c_str(), nullptr, 16);
      }
    }
    return 0;
  }

  /// The frames in the middle of the function's loop, that is of the call inlined deepest.
  static std::vector<std::vector<AnsweredFrame>> all_frames(FileSymbols& symbols,
                                                            std::uint64_t address,
                                                            SymbolDetail detail) {
    std::vector<std::vector<AnsweredFrame>> frames;
    for (const ElfSegment& segment : symbols.image().segments()) {
      if (segment.type == 1 && address >= segment.address &&
          address - segment.address < segment.memory_size) {
        for (std::uint64_t at = address; at < address + 24; ++at) {
          frames.push_back(symbols.frames_at(at - segment.address + segment.file_offset, detail));
        }
      }
    }
    return frames;
  }

  static void expect_lines_and_inlines(FileSymbols& symbols, std::uint64_t ship) {
    const auto frames = all_frames(symbols, ship, SymbolDetail::Inlines);
    const auto deepest =
        std::ranges::max_element(frames, {}, [](const auto& f) { return f.size(); });
    ASSERT_NE(deepest, frames.end());
    ASSERT_EQ(deepest->size(), 3U);
    EXPECT_EQ((*deepest)[0].function, "shop::ship");
    EXPECT_EQ((*deepest)[0].line, 12U);
    EXPECT_FALSE((*deepest)[0].inlined);
    EXPECT_EQ((*deepest)[1].function, "shop::pack");
    EXPECT_EQ((*deepest)[1].line, 9U);
    EXPECT_TRUE((*deepest)[1].inlined);
    EXPECT_EQ((*deepest)[2].function, "shop::weigh");
    EXPECT_THAT((*deepest)[2].file, testing::EndsWith("victim.cpp"));
    EXPECT_THAT((*deepest)[2].line, testing::AllOf(testing::Ge(3U), testing::Le(7U)));
  }

  static Result<FileSymbols> open(const std::string& path) {
    return FileSymbols::open(test::open_for_reading(path));
  }

  test::ScratchDirectory directory_;
};

struct DebugFormat {
  std::string name;
  std::string option;
};

class DebugFormats : public FileSymbolsTest, public testing::WithParamInterface<DebugFormat> {};

TEST_P(DebugFormats, TellLinesAndInlinedCalls) {
  const std::string path = built({"-g", GetParam().option, "-Wl,--build-id"});
  auto symbols = open(path);
  ASSERT_TRUE(symbols) << symbols.error().message();
  EXPECT_FALSE(symbols->wants_debug_file());
  expect_lines_and_inlines(*symbols, address_of(path, "ship"));
  // What it takes is given back, and comes again.
  EXPECT_TRUE(symbols->drop_debug_info());
  EXPECT_FALSE(symbols->drop_debug_info());
  expect_lines_and_inlines(*symbols, address_of(path, "ship"));
}

INSTANTIATE_TEST_SUITE_P(All, DebugFormats,
                         testing::Values(DebugFormat{"dwarf5", "-gdwarf-5"},
                                         DebugFormat{"dwarf4", "-gdwarf-4"},
                                         DebugFormat{"compressed", "-gz=zlib"},
                                         DebugFormat{"compressed_as_once", "-gz=zlib-gnu"},
                                         DebugFormat{"types_apart", "-fdebug-types-section"}),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(FileSymbolsTest, FindsUnitsWithoutATableOfTheirAddresses) {
  const std::string path = built({"-g"});
  run({"objcopy", "--remove-section=.debug_aranges", path});
  auto symbols = open(path);
  ASSERT_TRUE(symbols);
  expect_lines_and_inlines(*symbols, address_of(path, "ship"));
}

/// What makes libdw want to open other files would end a worker in its sandbox.
TEST_F(FileSymbolsTest, StaysInTheSandboxOverUnitsThatNameOtherFiles) {
  for (const std::vector<std::string>& options : {std::vector<std::string>{"-g"},
                                                  {"-g", "-gsplit-dwarf"},
                                                  {"-g", "-gdwarf-4", "-gsplit-dwarf"}}) {
    const std::string path = built(options);
    const std::uint64_t ship = address_of(path, "ship");
    test::write_file(directory_.path_of("link"),
                     std::string("/other.debug\0 twenty bytes of id..", 34));
    run({"objcopy", "--add-section=.gnu_debugaltlink=" + directory_.path_of("link"), path});
    auto symbols = open(path);
    ASSERT_TRUE(symbols);
    auto worker = SymbolWorker::start();
    ASSERT_TRUE(worker);
    SymbolQuery query{.file = 1};
    for (const ElfSegment& segment : symbols->image().segments()) {
      if (segment.type == 1 && ship >= segment.address &&
          ship - segment.address < segment.memory_size) {
        query.file_offsets = {ship - segment.address + segment.file_offset + 4};
      }
    }
    const AskResult result =
        worker->ask(query, test::open_for_reading(path).get(),
                    std::chrono::steady_clock::now() + std::chrono::seconds(10));
    ASSERT_EQ(result.outcome, AskOutcome::Answered) << result.why;
    ASSERT_EQ(result.answer.frames.size(), 1U);
    ASSERT_FALSE(result.answer.frames[0].empty());
    EXPECT_EQ(result.answer.frames[0][0].function, "shop::ship");
    EXPECT_GT(result.answer.frames[0].back().line, 0U);
  }
}

TEST_F(FileSymbolsTest, LeavesInlinedCallsOutWhenTheyAreNotWanted) {
  const std::string path = built({"-g"});
  auto symbols = open(path);
  ASSERT_TRUE(symbols);
  for (const auto& frames : all_frames(*symbols, address_of(path, "ship"), SymbolDetail::Lines)) {
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].function, "shop::ship");
    EXPECT_GE(frames[0].line, 3U);
  }
  for (const auto& frames :
       all_frames(*symbols, address_of(path, "ship"), SymbolDetail::Functions)) {
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].line, 0U);
  }
}

TEST_F(FileSymbolsTest, TakesTheDebugFileThatBelongsToTheBinary) {
  for (const char* build_id : {"-Wl,--build-id", "-Wl,--build-id=none"}) {
    const std::string path = built({"-g", build_id});
    const std::uint64_t ship = address_of(path, "ship");
    const std::string debug = directory_.path_of("victim.debug");
    run({"objcopy", "--only-keep-debug", path, debug});
    run({"strip", path});
    run({"objcopy", "--add-gnu-debuglink=" + debug, path});
    auto symbols = open(path);
    ASSERT_TRUE(symbols);
    ASSERT_TRUE(symbols->debug_link());
    EXPECT_EQ(symbols->debug_link()->file_name, "victim.debug");
    EXPECT_TRUE(symbols->wants_debug_file());
    EXPECT_TRUE(all_frames(*symbols, ship, SymbolDetail::Inlines).front().empty());
    ASSERT_TRUE(symbols->take_debug_file(test::open_for_reading(debug)));
    EXPECT_FALSE(symbols->wants_debug_file());
    expect_lines_and_inlines(*symbols, ship);
  }
}

TEST_F(FileSymbolsTest, RefusesADebugFileOfAnotherBinary) {
  const std::string path = built({"-g", "-Wl,--build-id=none"});
  const std::string debug = directory_.path_of("victim.debug");
  run({"objcopy", "--only-keep-debug", path, debug});
  run({"objcopy", "--strip-all", "--add-gnu-debuglink=" + debug, path});
  run({"objcopy", "--remove-section=.debug_str", debug});  // another checksum
  auto symbols = open(path);
  ASSERT_TRUE(symbols);
  EXPECT_FALSE(symbols->take_debug_file(test::open_for_reading(debug)));
  EXPECT_FALSE(symbols->take_debug_file(test::open_for_reading("/proc/self/status")));
  const std::string other = built({"-g", "-Wl,--build-id"});
  EXPECT_FALSE(symbols->take_debug_file(test::open_for_reading(other)));
}

TEST_F(FileSymbolsTest, ReadsSymbolsThatArePackedIntoTheBinary) {
  const std::string path = built({"-g", "-Wl,--build-id"});
  const std::uint64_t ship = address_of(path, "ship");
  const std::string mini = directory_.path_of("mini");
  run({"objcopy", "--only-keep-debug", path, mini});
  run({"objcopy", "-S", "--keep-symbol=_ZN4shop4shipEi", mini});
  run({"xz", "-f", mini});
  run({"strip", path});
  run({"objcopy", "--add-section=.gnu_debugdata=" + mini + ".xz", path});
  auto symbols = open(path);
  ASSERT_TRUE(symbols);
  const auto frames = all_frames(*symbols, ship, SymbolDetail::Inlines);
  ASSERT_EQ(frames.front().size(), 1U);
  EXPECT_EQ(frames.front()[0].function, "shop::ship");
}

TEST_F(FileSymbolsTest, DoesWithoutPackedSymbolsThatAreBroken) {
  const std::string path = built({"-s"});
  test::write_file(directory_.path_of("junk"), std::string_view("\xFD"
                                                                "7zXZ and then nothing good"));
  run({"objcopy", "--add-section=.gnu_debugdata=" + directory_.path_of("junk"), path});
  EXPECT_TRUE(open(path));
}

TEST_F(FileSymbolsTest, NamesTheStubsOfCallsIntoLibraries) {
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{"-Wl,-z,lazy"},
        {"-fcf-protection", "-Wl,-z,ibtplt", "-Wl,-z,lazy"}}) {
    const std::string path = built(options);
    auto symbols = open(path);
    ASSERT_TRUE(symbols);
    const auto source_file = test::open_for_reading(path);
    const auto source = ByteSource::of_descriptor(source_file.get());
    std::vector<std::string> names;
    for (const char* section : {".plt", ".plt.sec"}) {
      const auto stubs = symbols->image().section_named(section, source);
      for (std::uint64_t at = 0; stubs && at < stubs->size; ++at) {
        for (const auto& frame : symbols->frames_at(stubs->file_offset + at, SymbolDetail::Lines)) {
          names.push_back(frame.function);
        }
      }
    }
    EXPECT_THAT(names, testing::Contains("rand@plt"));
  }
}

}  // namespace
}  // namespace culprit
