// SPDX-License-Identifier: Apache-2.0
// Names compared with those of BCC, lines and inlined calls with those of addr2line.
#include <bcc/bcc_elf.h>
#include <bcc/bcc_syms.h>
#include <dlfcn.h>
#include <elf.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "symbols/file_symbols.h"
#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

struct OthersSymbol {
  std::set<std::string> names;
  std::uint64_t end = 0;
};
using OthersSymbols = std::map<std::uint64_t, OthersSymbol>;

OthersSymbols symbols_by_bcc(const std::string& path) {
  OthersSymbols symbols;
  bcc_symbol_option option{.use_debug_file = 0,
                           .check_debug_file_crc = 0,
                           .lazy_symbolize = 0,
                           .use_symbol_type = (1U << STT_FUNC) | (1U << STT_GNU_IFUNC)};
  const auto add = [](const char* name, std::uint64_t address, std::uint64_t size, void* target) {
    OthersSymbol& symbol = (*static_cast<OthersSymbols*>(target))[address];
    const std::string text = name;
    symbol.names.insert(text.substr(0, text.find('@')));
    symbol.end = std::max(symbol.end, address + size);
    return 0;
  };
  EXPECT_EQ(::bcc_elf_foreach_sym(path.c_str(), add, &option, &symbols), 0);
  return symbols;
}

std::string library_of(const char* function) {
  Dl_info info{};
  void* address = ::dlsym(RTLD_DEFAULT, function);
  return ::dladdr(address, &info) != 0 ? info.dli_fname : "";
}

TEST(OtherSymbolisers, BccGivesTheSameNamesToLibraries) {
  for (const char* function : {"qsort", "_ZSt9terminatev", "deflate"}) {
    const std::string path = library_of(function);
    const UniqueFd file = test::open_for_reading(path);
    if (!file.valid()) {
      continue;  // linked in
    }
    const auto symbols = ElfSymbols::read(ByteSource::of_descriptor(file.get()));
    ASSERT_TRUE(symbols);
    std::size_t compared = 0;
    const OthersSymbols others = symbols_by_bcc(path);
    for (const auto& [address, other] : others) {
      if (other.end <= address) {
        continue;
      }
      const auto ours = symbols->find(address + (other.end - address) / 2);
      ASSERT_TRUE(ours) << path << " " << *other.names.begin();
      if (ours->address == address) {
        EXPECT_TRUE(other.names.contains(ours->name)) << path << " " << ours->name;
        ++compared;
      }
    }
    EXPECT_GT(compared, others.size() * 9 / 10) << path;
  }
}

constexpr std::string_view kSource = R"(#include <algorithm>
#include <map>
#include <string>
#include <vector>
#include <cstdio>
static int score(const std::string& s) { int n = 0; for (char c : s) n += c * 7 % 13; return n; }
__attribute__((noinline)) int work(std::vector<std::string>& words) {
  std::sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return score(a) < score(b); });
  std::map<std::string, int> counts;
  for (const auto& word : words) counts[word] += score(word);
  int sum = 0;
  for (const auto& [word, count] : counts) sum += count + static_cast<int>(word.size());
  return sum;
}
int main(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  std::printf("%d", work(words));
}
)";

/// "file:line" of every frame by addr2line, innermost first, for each address. The file of the
/// innermost is left out: binutils up to 2.40 tells that of the caller at the start of a row.
std::vector<std::vector<std::string>> places_by_addr2line(
    const std::string& path, const std::vector<std::uint64_t>& addresses) {
  std::vector<std::string> command = {"addr2line", "-a", "-i", "-e", path};
  for (const std::uint64_t address : addresses) {
    std::ostringstream text;
    text << std::hex << address;
    command.push_back(text.str());
  }
  std::istringstream lines(test::output_of(command));
  std::vector<std::vector<std::string>> places;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("0x")) {
      places.emplace_back();
    } else if (!places.empty()) {
      line = line.substr(0, line.find(" ("));
      places.back().push_back(places.back().empty() ? line.substr(line.rfind(':')) : line);
    }
  }
  return places;
}

TEST(OtherSymbolisers, Addr2lineTellsTheSameLinesAndInlinedCalls) {
  const test::ScratchDirectory directory;
  const std::string path = directory.path_of("victim");
  ASSERT_NO_FATAL_FAILURE(test::compile(kSource, path, {"-g", "-std=c++17"}));
  auto symbols = FileSymbols::open(test::open_for_reading(path));
  ASSERT_TRUE(symbols);
  const UniqueFd file = test::open_for_reading(path);
  const auto text = symbols->image().section_named(".text", ByteSource::of_descriptor(file.get()));
  ASSERT_TRUE(text);
  std::vector<std::uint64_t> addresses;
  for (std::uint64_t at = text->address; at < text->end(); at += 3) {
    addresses.push_back(at);
  }
  const auto others = places_by_addr2line(path, addresses);
  ASSERT_EQ(others.size(), addresses.size());
  std::size_t same = 0;
  std::size_t compared = 0;
  for (std::size_t index = 0; index < addresses.size(); ++index) {
    const std::uint64_t offset = addresses[index] - text->address + text->file_offset;
    auto frames = symbols->frames_at(offset, SymbolDetail::Inlines);
    std::vector<std::string> ours;
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
      ours.push_back((ours.empty() ? "" : frame->file) + ":" + std::to_string(frame->line));
    }
    // Without a frame: what fills the space between two functions.
    if (!frames.empty() && others[index].front() != ":?") {
      ++compared;
      same += ours == others[index] ? 1 : 0;
    }
  }
  EXPECT_GT(compared, 1000U);
  EXPECT_GE(same, compared * 99 / 100) << same << " of " << compared;
}

}  // namespace
}  // namespace culprit
