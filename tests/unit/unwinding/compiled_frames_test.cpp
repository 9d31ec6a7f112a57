// SPDX-License-Identifier: Apache-2.0
// Files as a compiler makes them, and what can become of them afterwards.
#include <elf.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "base/text_file.h"
#include "unit/symbols/test_files.h"
#include "unit/unwinding/rule_matchers.h"
#include "unwinding/build_table.h"

namespace culprit {
namespace {

constexpr std::string_view kSource = R"(
extern "C" void sink(void*);
int large(int n) { volatile char b[3000]; b[n] = 1; sink((void*)b); return b[n]; }
int several(int n, int m) { int s = 0; for (int i = 0; i < n; ++i) { sink(&s); s += m * n; } return s; }
int realigned(int n) { alignas(64) volatile int v[16] = {n}; sink((void*)v); return v[0]; }
)";

std::vector<std::byte> compiled(std::vector<std::string> options) {
  const test::ScratchDirectory directory;
  const std::string path = directory.path_of("victim");
  for (const char* option : {"-O2", "-shared", "-fPIC", "-nostdlib"}) {
    options.emplace_back(option);
  }
  test::compile(kSource, path, options);
  const auto text = read_text_file(path);
  EXPECT_TRUE(text);
  const auto bytes = std::as_bytes(std::span(*text));
  return {bytes.begin(), bytes.end()};
}

Result<UnwindTable> table_of_file(const std::vector<std::byte>& file) {
  return build_unwind_table(ByteSource::of_memory(file));
}

TEST(CompiledFrames, AreFoundWithoutSectionHeaders) {
  auto file = compiled({});
  const auto whole = table_of_file(file);
  Elf64_Ehdr header{};
  std::memcpy(&header, file.data(), sizeof header);
  header.e_shoff = 0;
  header.e_shnum = 0;
  header.e_shstrndx = 0;
  std::memcpy(file.data(), &header, sizeof header);
  const auto bare = table_of_file(file);
  ASSERT_TRUE(whole && bare);
  EXPECT_GE(whole->counters.functions, 3U);
  EXPECT_EQ(bare->rows, whole->rows);
  EXPECT_EQ(bare->rules, whole->rules);
}

TEST(CompiledFrames, OfDebugInformationSayTheSame) {
  const std::vector<std::string> options = {"-g", "-fno-exceptions",
                                            "-fno-asynchronous-unwind-tables"};
  auto compressed_options = options;
  compressed_options.emplace_back("-gz=zlib");
  const auto plain = table_of_file(compiled(options));
  const auto compressed = table_of_file(compiled(compressed_options));
  ASSERT_TRUE(plain && compressed);
  EXPECT_GE(plain->counters.functions, 3U);
  EXPECT_EQ(compressed->rows, plain->rows);
  EXPECT_EQ(compressed->rules, plain->rules);
}

TEST(CompiledFrames, OfAFileThatShrinksAreAnError) {
  const auto file = compiled({});
  const test::ScratchDirectory directory;
  const std::string path = directory.path_of("victim");
  test::write_file(path, file);
  const UniqueFd descriptor = test::open_for_reading(path);
  const ByteSource source = ByteSource::of_descriptor(descriptor.get());
  ASSERT_TRUE(build_unwind_table(source));
  for (const off_t length : {8192, 4096, 1000, 64, 0}) {
    ASSERT_EQ(::truncate(path.c_str(), length), 0);
    EXPECT_FALSE(build_unwind_table(source)) << length;
  }
}

TEST(CompiledFrames, OfA32BitProgramAreAnErrorWithAReason) {
  auto file = compiled({});
  file[EI_CLASS] = std::byte{ELFCLASS32};
  EXPECT_FALSE(table_of_file(file));
}

}  // namespace
}  // namespace culprit
