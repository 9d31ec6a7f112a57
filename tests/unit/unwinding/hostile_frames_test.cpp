// SPDX-License-Identifier: Apache-2.0
// Files that lie: an error or a count, and never more.
#include <gtest/gtest.h>
#include <zlib.h>

#include <cstring>

#include "unit/unwinding/frame_builder.h"
#include "unit/unwinding/rule_matchers.h"
#include "unwinding/build_table.h"

namespace culprit {
namespace {

using test::at_stack_pointer;
using test::CfiBytes;
using test::debug_frame;
using test::elf_with;
using test::kCode;
using test::only;
using test::table_of;

Result<UnwindTable> table_of_section(const CfiBytes& content) {
  return table_of(elf_with({{.name = ".eh_frame", .content = content}}));
}

CfiBytes usual_frames() {
  return eh_frame(test::BuiltCommon{}, {{.start = kCode}});
}

CfiBytes compressed(const CfiBytes& content, std::uint64_t said_size) {
  std::vector<unsigned char> bytes(compressBound(content.size()));
  uLongf size = bytes.size();
  const auto* raw =
      static_cast<const unsigned char*>(static_cast<const void*>(content.bytes().data()));
  EXPECT_EQ(compress(bytes.data(), &size, raw, content.size()), Z_OK);
  CfiBytes section;
  section.u32(ELFCOMPRESS_ZLIB).u32(0).u64(said_size).u64(8);
  for (std::size_t index = 0; index < size; ++index) {
    section.u8(bytes[index]);
  }
  return section;
}

Result<UnwindTable> table_of_compressed(const CfiBytes& section) {
  return table_of(
      elf_with({{.name = ".debug_frame", .content = section, .flags = SHF_COMPRESSED}}));
}

TEST(HostileFrames, WithoutAnyAreAnEmptyTable) {
  const auto table = table_of(elf_with({}));
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->rows.empty());
  EXPECT_EQ(table->rule_at(kCode), only(CULPRIT_CFA_NO_ROW));
}

TEST(HostileFrames, OfOtherMachinesAreErrors) {
  EXPECT_FALSE(table_of(elf_with({}, EM_RISCV)));
  auto narrow = elf_with({});
  narrow[EI_CLASS] = std::byte{ELFCLASS32};
  const auto table = table_of(narrow);
  ASSERT_FALSE(table);
}

TEST(HostileFrames, OutsideOfTheFileAreErrors) {
  auto image = elf_with({{.name = ".eh_frame", .content = usual_frames()}});
  Elf64_Ehdr header{};
  std::memcpy(&header, image.data(), sizeof header);
  const std::uint64_t size_at = header.e_shoff + sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_size);
  for (const std::uint64_t size : {std::uint64_t{1} << 20U, UINT64_MAX, UINT64_MAX - 0x1ff}) {
    std::memcpy(image.data() + size_at, &size, sizeof size);
    EXPECT_FALSE(table_of(image)) << size;
  }
}

TEST(HostileFrames, CutAnywhereAreCounted) {
  const CfiBytes whole = usual_frames();
  for (std::size_t length = 1; length < whole.size(); ++length) {
    CfiBytes part;
    for (std::size_t index = 0; index < length; ++index) {
      part.u8(std::to_integer<unsigned>(whole.bytes()[index]));
    }
    const auto table = table_of_section(part);
    ASSERT_TRUE(table) << length;
    EXPECT_LE(table->counters.functions, 1U);
  }
}

TEST(HostileFrames, ThatReferToWhatIsNotACommonEntryAreCounted) {
  CfiBytes section = usual_frames();
  const std::size_t here = section.size();
  const CfiBytes body = CfiBytes().u32(0x1b).u64(0);
  // Themselves, another function, before the section, the middle of an entry.
  for (const std::uint64_t distance : {std::uint64_t{4}, here - 20, here + 400, here + 2}) {
    CfiBytes lying = usual_frames();
    lying.u32(body.size() + 4).u32(distance).append(body);
    const auto table = table_of_section(lying);
    ASSERT_TRUE(table);
    EXPECT_EQ(table->counters.functions, 1U);
    EXPECT_EQ(table->counters.malformed_entries, 1U) << distance;
  }
}

TEST(HostileFrames, OfLengthsBeyondTheSectionEndIt) {
  for (const std::uint64_t length : {std::uint64_t{0xfffffffe}, std::uint64_t{1000}}) {
    const auto table = table_of_section(usual_frames().u32(length).u32(0).u32(0));
    ASSERT_TRUE(table);
    EXPECT_EQ(table->counters.functions, 1U);
    EXPECT_EQ(table->counters.malformed_entries, 1U);
  }
  const auto wide = table_of_section(usual_frames().u32(UINT32_MAX).u64(UINT64_MAX - 2).u32(0));
  ASSERT_TRUE(wide);
  EXPECT_EQ(wide->counters.malformed_entries, 1U);
}

TEST(HostileFrames, OfNoCodeAreCounted) {
  const auto frames = eh_frame(
      test::BuiltCommon{},
      {{.start = kCode - 1}, {.start = kCode, .length = 0}, {.start = kCode + test::kCodeBytes}});
  const auto table = table_of_section(frames);
  ASSERT_TRUE(table);
  EXPECT_EQ(table->counters.functions_outside, 3U);
  EXPECT_TRUE(table->rows.empty());
}

TEST(HostileFrames, LongerThanTheCodeAreCut) {
  const auto table = table_of_section(
      eh_frame(test::BuiltCommon{}, {{.start = kCode + 16, .length = 0xffffffff}}));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rule_at(kCode + test::kCodeBytes - 1), at_stack_pointer(8));
  EXPECT_EQ(table->rule_at(kCode + test::kCodeBytes), only(CULPRIT_CFA_NO_ROW));
}

TEST(HostileFrames, MayNestStatesToADepth) {
  CfiBytes many;
  for (int index = 0; index < 100; ++index) {
    many.u8(0x0a);
  }
  EXPECT_EQ(table_of(many).counters.malformed_entries, 1U);
  EXPECT_EQ(table_of(CfiBytes().u8(0x0b)).counters.malformed_entries, 1U);
}

TEST(HostileFrames, MayNotOverflowNumbers) {
  const std::vector<CfiBytes> programs = {
      CfiBytes().u8(0x1d).u64(UINT64_MAX),
      CfiBytes().u8(0x13).sleb(INT64_MIN),
      CfiBytes().u8(0x0e).uleb(UINT64_MAX),
      CfiBytes().u8(0x86).uleb(UINT64_MAX),
      CfiBytes().u8(0x86).u64(UINT64_MAX).u64(UINT64_MAX),  // a number without end
      CfiBytes().u8(0x0f).uleb(1000),                       // an expression without end
  };
  for (const CfiBytes& program : programs) {
    const UnwindTable table = table_of(program);
    EXPECT_EQ(table.counters.malformed_entries, 1U);
    EXPECT_EQ(table.rule_at(kCode), only(CULPRIT_CFA_UNSUPPORTED));
  }
}

TEST(HostileFrames, StopAtTheLimits) {
  const auto file = elf_with(
      {{.name = ".eh_frame",
        .content = eh_frame(test::BuiltCommon{}, {{.start = kCode}, {.start = kCode + 0x100}})}});
  const ByteSource source = ByteSource::of_memory(file);
  EXPECT_TRUE(build_unwind_table(source, {.max_functions = 2}));
  EXPECT_FALSE(build_unwind_table(source, {.max_functions = 1}));
  EXPECT_FALSE(build_unwind_table(source, {.max_rows = 1}));
  EXPECT_FALSE(build_unwind_table(source, {.max_instructions = 1}));
  EXPECT_FALSE(build_unwind_table(source, {.max_section_bytes = 8}));
  const auto few_rules = build_unwind_table(source, {.max_rules = 2});
  ASSERT_TRUE(few_rules);
  EXPECT_EQ(few_rules->rule_at(kCode), only(CULPRIT_CFA_UNSUPPORTED));
}

TEST(DebugFrames, AreReadCompressedOrNot) {
  const CfiBytes frames = debug_frame({.version = 4}, {{.start = kCode, .length = 64}});
  const auto plain = table_of(elf_with({{.name = ".debug_frame", .content = frames, .flags = 0}}));
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->rule_at(kCode + 63), at_stack_pointer(8));
  const auto inflated = table_of_compressed(compressed(frames, frames.size()));
  ASSERT_TRUE(inflated) << inflated.error().message();
  EXPECT_EQ(inflated->rows, plain->rows);
}

TEST(DebugFrames, MayNotLieAboutTheirSize) {
  const CfiBytes frames = debug_frame({}, {{.start = kCode, .length = 64}});
  for (const std::uint64_t size :
       {frames.size() - 1, frames.size() + 1, std::size_t{1} << 24U, std::size_t{1} << 40U}) {
    EXPECT_FALSE(table_of_compressed(compressed(frames, size))) << size;
  }
  EXPECT_FALSE(table_of_compressed(CfiBytes().u32(ELFCOMPRESS_ZLIB)));
  EXPECT_FALSE(table_of_compressed(CfiBytes().u32(2).u32(0).u64(64).u64(8).u64(0)));
}

TEST(DebugFrames, FillWhatExceptionFramesLeaveOpen) {
  const auto both = table_of(
      elf_with({{.name = ".eh_frame", .content = usual_frames()},
                {.name = ".debug_frame",
                 .content = debug_frame(
                     {.instructions = CfiBytes().u8(0x0c).uleb(7).uleb(16).u8(0x90).uleb(1)},
                     {{.start = kCode, .length = 0x200}}),
                 .flags = 0}}));
  ASSERT_TRUE(both);
  EXPECT_EQ(both->rule_at(kCode), at_stack_pointer(8));
  EXPECT_EQ(both->rule_at(kCode + 0x180), at_stack_pointer(16));
}

TEST(DebugFrames, ThatCannotBeReadLeaveTheOthers) {
  const auto table = table_of(
      elf_with({{.name = ".eh_frame", .content = usual_frames()},
                {.name = ".debug_frame", .content = CfiBytes().u32(7), .flags = SHF_COMPRESSED}}));
  ASSERT_TRUE(table);
  EXPECT_EQ(table->rule_at(kCode), at_stack_pointer(8));
}

}  // namespace
}  // namespace culprit
