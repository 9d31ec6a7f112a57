// SPDX-License-Identifier: Apache-2.0
// Files as a compiler makes them, compared with what nm says about them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "symbols/elf_symbols.h"
#include "unit/symbols/test_files.h"

namespace culprit {
namespace {

constexpr std::string_view kSource = R"(
#include <cstdio>
#include <cstdlib>
namespace shop {
__attribute__((noinline)) int normalize_tags(int n) { volatile int s = 0; while (n-- > 0) s = s + n; return s; }
template <typename T> struct Basket { __attribute__((noinline)) T add(T v) { std::printf("%d", v); return v; } };
template struct Basket<int>;
}
extern "C" __attribute__((noinline)) int plain_function(int n) { return shop::normalize_tags(n) + 1; }
extern "C" __attribute__((weak, alias("plain_function"))) int other_name(int);
int main(int argc, char**) { return plain_function(argc) + shop::Basket<int>().add(argc); }
)";

struct Variant {
  std::string name;
  std::vector<std::string> options;
  bool dynamic_only = false;
};

class CompiledElf : public testing::TestWithParam<Variant> {};

/// Functions by address as nm prints them: "0000000000001139 T plain_function".
std::map<std::uint64_t, std::set<std::string>> functions_by_nm(const std::string& path,
                                                               bool dynamic_only) {
  std::vector<std::string> command = {"nm", "--defined-only", path};
  if (dynamic_only) {
    command.insert(command.begin() + 1, "-D");
  }
  std::map<std::uint64_t, std::set<std::string>> functions;
  std::istringstream lines(test::output_of(command));
  std::uint64_t address = 0;
  std::string type;
  std::string name;
  while (lines >> std::hex >> address >> type >> name) {
    if (type == "T" || type == "t" || type == "W" || type == "i") {
      functions[address].insert(name);
    }
  }
  return functions;
}

TEST_P(CompiledElf, AgreesWithNm) {
  const test::ScratchDirectory directory;
  const std::string path = directory.path_of("victim");
  ASSERT_NO_FATAL_FAILURE(test::compile(kSource, path, GetParam().options));
  const UniqueFd file = test::open_for_reading(path);
  const auto symbols = ElfSymbols::read(ByteSource::of_descriptor(file.get()));
  ASSERT_TRUE(symbols) << symbols.error().message();
  const auto expected = functions_by_nm(path, GetParam().dynamic_only);
  std::size_t found = 0;
  for (const auto& [address, names] : expected) {
    const auto symbol = symbols->find(address);
    // nm also lists labels without a type, which are no functions.
    if (symbol && symbol->address == address) {
      EXPECT_TRUE(names.contains(symbol->name)) << symbol->name << " at " << address;
      ++found;
    }
  }
  EXPECT_GE(found, 3U);
  EXPECT_EQ(symbols->image().build_id().size(), 20U);
}

TEST_P(CompiledElf, NamesThePlainFunction) {
  const test::ScratchDirectory directory;
  const std::string path = directory.path_of("victim");
  ASSERT_NO_FATAL_FAILURE(test::compile(kSource, path, GetParam().options));
  const UniqueFd file = test::open_for_reading(path);
  const auto symbols = ElfSymbols::read(ByteSource::of_descriptor(file.get()));
  ASSERT_TRUE(symbols);
  for (const auto& [address, names] : functions_by_nm(path, GetParam().dynamic_only)) {
    if (names.contains("plain_function")) {
      const auto symbol = symbols->find(address + 1);
      ASSERT_TRUE(symbol);
      EXPECT_EQ(symbol->name, "plain_function");  // not its weak alias
      return;
    }
  }
  FAIL() << "nm does not know plain_function";
}

INSTANTIATE_TEST_SUITE_P(
    AllKinds, CompiledElf,
    testing::Values(Variant{.name = "pie", .options = {"-fPIE", "-pie", "-Wl,--build-id"}},
                    Variant{.name = "no_pie", .options = {"-fno-pie", "-no-pie", "-Wl,--build-id"}},
                    Variant{.name = "shared", .options = {"-fPIC", "-shared", "-Wl,--build-id"}},
                    Variant{.name = "static", .options = {"-static", "-Wl,--build-id"}},
                    Variant{.name = "stripped_shared",
                            .options = {"-fPIC", "-shared", "-s", "-Wl,--build-id"},
                            .dynamic_only = true},
                    Variant{.name = "stripped_exporting",
                            .options = {"-rdynamic", "-s", "-Wl,--build-id"},
                            .dynamic_only = true}),
    [](const auto& variant) { return variant.param.name; });

TEST(CompiledElfStripped, HasNoNamesAndIsNoError) {
  const test::ScratchDirectory directory;
  const std::string path = directory.path_of("victim");
  ASSERT_NO_FATAL_FAILURE(test::compile(kSource, path, {"-s"}));
  const UniqueFd file = test::open_for_reading(path);
  const auto symbols = ElfSymbols::read(ByteSource::of_descriptor(file.get()));
  ASSERT_TRUE(symbols) << symbols.error().message();
  EXPECT_EQ(symbols->size(), 0U);
}

}  // namespace
}  // namespace culprit
