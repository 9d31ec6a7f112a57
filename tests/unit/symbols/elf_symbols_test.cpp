// SPDX-License-Identifier: Apache-2.0
#include "symbols/elf_symbols.h"

#include <gtest/gtest.h>

#include <vector>

#include "unit/symbols/elf_builder.h"

namespace culprit {
namespace {

using test::BuiltSymbol;
using test::elf_with;
using test::ElfParts;

constexpr std::uint64_t kCode = test::kBuiltCodeAddress;

Result<ElfSymbols> read(const std::vector<std::byte>& image) {
  return ElfSymbols::read(ByteSource::of_memory(image));
}

std::string name_at(const std::vector<std::byte>& image, std::uint64_t address) {
  const auto symbols = read(image);
  if (!symbols) {
    return "error: " + symbols.error().message();
  }
  const auto symbol = symbols->find(address);
  return symbol ? symbol->name : "none";
}

std::string error_of(const std::vector<std::byte>& image) {
  const auto symbols = read(image);
  return symbols ? "" : symbols.error().message();
}

const std::vector<BuiltSymbol> kTwo = {{.name = "first", .address = kCode, .size = 0x20},
                                       {.name = "second", .address = kCode + 0x40, .size = 0x10}};

TEST(ElfSymbols, FindsTheFunctionThatHoldsAnAddress) {
  const auto image = elf_with(kTwo);
  EXPECT_EQ(name_at(image, kCode), "first");
  EXPECT_EQ(name_at(image, kCode + 0x1F), "first");
  EXPECT_EQ(name_at(image, kCode + 0x20), "none");
  EXPECT_EQ(name_at(image, kCode + 0x4F), "second");
  EXPECT_EQ(name_at(image, kCode + 0x50), "none");
  EXPECT_EQ(name_at(image, kCode - 1), "none");
}

TEST(ElfSymbols, MapsFileOffsetsToAddresses) {
  const auto image = elf_with(kTwo);
  const auto symbols = read(image);
  ASSERT_TRUE(symbols);
  EXPECT_EQ(symbols->image().address_of(test::kBuiltCodeOffset + 5), kCode + 5);
  EXPECT_EQ(symbols->image().address_of(0), std::nullopt);
}

TEST(ElfSymbols, PrefersGlobalNamesToWeakOnes) {
  const auto image = elf_with(std::vector<BuiltSymbol>{
      {.name = "w", .address = kCode, .size = 16, .binding = STB_WEAK},
      {.name = "__strong", .address = kCode, .size = 16},
      {.name = "x_local_name", .address = kCode, .size = 16, .binding = STB_LOCAL}});
  EXPECT_EQ(name_at(image, kCode + 3), "x_local_name");
}

TEST(ElfSymbols, UsesAWeakNameWhenThereIsNoOther) {
  const auto image = elf_with(std::vector<BuiltSymbol>{
      {.name = "weak", .address = kCode, .size = 16, .binding = STB_WEAK}});
  EXPECT_EQ(name_at(image, kCode), "weak");
}

TEST(ElfSymbols, GivesFunctionsWithoutSizeTheRoomUpToTheNext) {
  const auto image = elf_with(std::vector<BuiltSymbol>{
      {.name = "start", .address = kCode}, {.name = "next", .address = kCode + 0x80, .size = 8}});
  EXPECT_EQ(name_at(image, kCode + 0x7F), "start");
  EXPECT_EQ(name_at(image, kCode + 0x80), "next");
}

TEST(ElfSymbols, EndsTheLastFunctionWithoutSizeWithItsSection) {
  const auto image =
      elf_with(std::vector<BuiltSymbol>{{.name = "init", .address = kCode}},
               [](ElfParts& parts) { parts.sections[test::kTextSection].sh_size = 0x20; });
  EXPECT_EQ(name_at(image, kCode + 0x1F), "init");
  EXPECT_EQ(name_at(image, kCode + 0x20), "none");
}

TEST(ElfSymbols, FindsTheOuterFunctionBehindANestedOne) {
  const auto image =
      elf_with(std::vector<BuiltSymbol>{{.name = "outer", .address = kCode, .size = 0x100},
                                        {.name = "inner", .address = kCode + 0x10, .size = 8}});
  EXPECT_EQ(name_at(image, kCode + 0x14), "inner");
  EXPECT_EQ(name_at(image, kCode + 0x40), "outer");
}

TEST(ElfSymbols, KnowsIndirectFunctionsAndIgnoresDataAndForeignOnes) {
  const auto image = elf_with(std::vector<BuiltSymbol>{
      {.name = "indirect", .address = kCode, .size = 8, .type = STT_GNU_IFUNC},
      {.name = "data", .address = kCode + 8, .size = 8, .type = STT_OBJECT},
      {.name = "elsewhere", .address = 0x900000, .size = 8}});
  EXPECT_EQ(name_at(image, kCode), "indirect");
  EXPECT_EQ(name_at(image, kCode + 8), "none");
  EXPECT_EQ(name_at(image, 0x900000), "none");
}

TEST(ElfSymbols, ReadsTheDynamicTableOfStrippedFiles) {
  const ElfParts parts = test::parts_of(kTwo, SHT_DYNSYM);
  EXPECT_EQ(name_at(test::image_of(parts, parts), kCode), "first");
}

TEST(ElfSymbols, HasNothingToSayAboutAFileWithoutSections) {
  const auto image = elf_with(kTwo, [](ElfParts& parts) {
    parts.header.e_shoff = 0;
    parts.header.e_shnum = 0;
  });
  EXPECT_EQ(name_at(image, kCode), "none");
}

TEST(ElfSymbols, RefusesWhatIsNotElf) {
  EXPECT_EQ(error_of({}), "not an ELF file");
  EXPECT_EQ(error_of(std::vector<std::byte>(4096, std::byte{'#'})), "not an ELF file");
  EXPECT_EQ(error_of(elf_with(
                kTwo, [](ElfParts& parts) { parts.header.e_ident[EI_DATA] = ELFDATA2MSB; })),
            "not a little-endian ELF file");
}

TEST(ElfSymbols, RefusesTablesOutsideOfTheFile) {
  const auto beyond = [](ElfParts& parts) {
    parts.sections[test::kSymbolSection].sh_offset = UINT64_MAX - 8;
  };
  EXPECT_EQ(error_of(elf_with(kTwo, beyond)), "a symbol table lies outside of the file");
  const auto strings_beyond = [](ElfParts& parts) {
    parts.sections[test::kStringSection].sh_size = UINT64_MAX;
  };
  EXPECT_EQ(error_of(elf_with(kTwo, strings_beyond)), "a string table lies outside of the file");
  const auto headers_beyond = [](ElfParts& parts) { parts.header.e_shoff = UINT64_MAX - 4; };
  EXPECT_EQ(error_of(elf_with(kTwo, headers_beyond)), "a header table lies outside of the file");
}

TEST(ElfSymbols, RefusesLyingCountsAndSizes) {
  const auto many = [](ElfParts& parts) {
    parts.sections[0].sh_size = UINT64_MAX / 2;
    parts.header.e_shnum = 0;
  };
  EXPECT_EQ(error_of(elf_with(kTwo, many)), "too many sections or segments");
  const auto entries = [](ElfParts& parts) { parts.sections[test::kSymbolSection].sh_entsize = 1; };
  EXPECT_EQ(error_of(elf_with(kTwo, entries)), "a symbol table has entries of an unknown size");
  const auto link = [](ElfParts& parts) { parts.sections[test::kSymbolSection].sh_link = 4000; };
  EXPECT_EQ(error_of(elf_with(kTwo, link)), "a symbol table names no string table");
}

TEST(ElfSymbols, RefusesEveryTruncation) {
  const auto whole = elf_with(kTwo);
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    const std::vector<std::byte> part(whole.begin(),
                                      whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_FALSE(read(part)) << length;
  }
}

TEST(ElfSymbols, SurvivesSizesAndNamesThatLeaveTheirTables) {
  const auto image = elf_with(kTwo, [](ElfParts& parts) {
    parts.symbols[1].st_size = UINT64_MAX;
    parts.symbols[2].st_name = UINT32_MAX;
  });
  EXPECT_EQ(name_at(image, kCode), "first");
  EXPECT_EQ(name_at(image, kCode + test::kBuiltCodeBytes - 1), "first");
  EXPECT_EQ(name_at(image, kCode + test::kBuiltCodeBytes), "none");
}

TEST(ElfSymbols, SurvivesAStringTableWithoutAnEnd) {
  const auto image = elf_with(kTwo, [](ElfParts& parts) { std::ranges::fill(parts.strings, 'x'); });
  EXPECT_EQ(name_at(image, kCode), "none");
}

TEST(ElfSymbols, SurvivesSegmentsAtTheEndOfTheAddressSpace) {
  const auto image = elf_with(kTwo, [](ElfParts& parts) {
    parts.code.p_vaddr = UINT64_MAX - 16;
    parts.symbols[1].st_value = UINT64_MAX - 8;
    parts.sections[test::kTextSection].sh_addr = UINT64_MAX - 16;
    parts.symbols[1].st_size = 0;
  });
  EXPECT_EQ(name_at(image, UINT64_MAX - 8), "first");
  EXPECT_EQ(name_at(image, 0), "none");
}

}  // namespace
}  // namespace culprit
