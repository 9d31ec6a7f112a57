// SPDX-License-Identifier: Apache-2.0
#include "unit/unwinding/frame_builder.h"

#include <gtest/gtest.h>

#include <cstring>
#include <span>
#include <utility>

#include "unwinding/build_table.h"

namespace culprit::test {
namespace {

CfiBytes with_length(const CfiBytes& content) {
  CfiBytes padded = content;
  while (padded.size() % 4 != 0) {
    padded.u8(0);
  }
  return CfiBytes().u32(padded.size()).append(padded);
}

CfiBytes common_body(const BuiltCommon& common) {
  CfiBytes data;
  for (const char letter : common.augmentation) {
    if (letter == 'R') {
      data.u8(common.pointer_encoding);
    } else if (letter == 'L') {
      data.u8(0x1b);
    } else if (letter == 'P') {
      data.u8(0x9b).u32(0x1234);
    }
  }
  CfiBytes body;
  body.u8(common.version).text(common.augmentation);
  if (common.augmentation == "eh") {
    body.u64(0);
  }
  if (common.version == 4) {
    body.u8(8).u8(0);
  }
  body.uleb(common.code_alignment).sleb(common.data_alignment);
  body.uleb(common.return_register);
  if (common.augmentation.starts_with('z')) {
    body.block(data);
  } else {
    body.append(data);
  }
  return body.append(common.instructions);
}

void place(std::vector<std::byte>& image, std::size_t offset, std::span<const std::byte> bytes) {
  image.resize(std::max(image.size(), offset + bytes.size()));
  std::ranges::copy(bytes, image.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

CfiBytes& CfiBytes::uleb(std::uint64_t value) {
  while (value >= 0x80) {
    u8(static_cast<unsigned>(value & 0x7fU) | 0x80U);
    value >>= 7U;
  }
  return u8(static_cast<unsigned>(value));
}

CfiBytes& CfiBytes::sleb(std::int64_t value) {
  while (value < -64 || value > 63) {
    u8((static_cast<unsigned>(value) & 0x7fU) | 0x80U);
    value >>= 7;
  }
  return u8(static_cast<unsigned>(value) & 0x7fU);
}

CfiBytes& CfiBytes::text(std::string_view value) {
  for (const char letter : value) {
    u8(static_cast<unsigned char>(letter));
  }
  return u8(0);
}

CfiBytes& CfiBytes::block(const CfiBytes& content) {
  return uleb(content.size()).append(content);
}

CfiBytes& CfiBytes::append(const CfiBytes& content) {
  bytes_.insert(bytes_.end(), content.bytes_.begin(), content.bytes_.end());
  return *this;
}

CfiBytes& CfiBytes::little_endian(std::uint64_t value, unsigned count) {
  for (unsigned index = 0; index < count; ++index) {
    bytes_.push_back(static_cast<std::byte>(value >> (8U * index)));
  }
  return *this;
}

CfiBytes usual_beginning() {
  return CfiBytes().u8(0x0c).uleb(7).uleb(8).u8(0x80 + 16).uleb(1);
}

CfiBytes eh_frame(const BuiltCommon& common, const std::vector<BuiltFunction>& functions) {
  CfiBytes section = with_length(CfiBytes().u32(0).append(common_body(common)));
  for (const BuiltFunction& function : functions) {
    CfiBytes body;
    body.u32(section.size() + 4);
    if (common.augmentation.find('R') != std::string::npos && common.pointer_encoding == 0x1b) {
      body.u32(function.start - (kFramesAddress + section.size() + 8)).u32(function.length);
    } else {
      body.u64(function.start).u64(function.length);
    }
    if (common.augmentation.starts_with('z')) {
      body.uleb(0);
    }
    section.append(with_length(body.append(function.instructions)));
  }
  return section.u32(0);
}

CfiBytes debug_frame(BuiltCommon common, const std::vector<BuiltFunction>& functions) {
  common.augmentation.clear();
  CfiBytes section = with_length(CfiBytes().u32(UINT32_MAX).append(common_body(common)));
  for (const BuiltFunction& function : functions) {
    CfiBytes body;
    body.u32(0).u64(function.start).u64(function.length);
    section.append(with_length(body.append(function.instructions)));
  }
  return section;
}

std::vector<std::byte> elf_with(const std::vector<BuiltSection>& sections, std::uint16_t machine) {
  std::vector<std::byte> image(kContentOffset);
  std::vector<Elf64_Shdr> headers(1);
  CfiBytes names;
  names.u8(0);
  for (const BuiltSection& section : sections) {
    Elf64_Shdr header{};
    header.sh_name = static_cast<Elf64_Word>(names.size());
    header.sh_type = SHT_PROGBITS;
    header.sh_flags = section.flags;
    header.sh_addr = section.address;
    header.sh_offset = image.size();
    header.sh_size = section.content.size();
    headers.push_back(header);
    names.text(section.name);
    place(image, image.size(), section.content.bytes());
  }
  Elf64_Shdr strings{};
  strings.sh_type = SHT_STRTAB;
  strings.sh_offset = image.size();
  strings.sh_size = names.size();
  headers.push_back(strings);
  place(image, image.size(), names.bytes());
  Elf64_Ehdr header{};
  std::memcpy(static_cast<void*>(header.e_ident), ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_machine = machine;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  header.e_shoff = image.size();
  header.e_shentsize = sizeof(Elf64_Shdr);
  header.e_shnum = static_cast<Elf64_Half>(headers.size());
  header.e_shstrndx = static_cast<Elf64_Half>(headers.size() - 1);
  place(image, image.size(), std::as_bytes(std::span(headers)));
  Elf64_Phdr code{};
  code.p_type = PT_LOAD;
  code.p_flags = PF_R | PF_X;
  code.p_vaddr = kCode;
  code.p_memsz = kCodeBytes;
  place(image, 0, std::as_bytes(std::span(&header, 1)));
  place(image, sizeof header, std::as_bytes(std::span(&code, 1)));
  return image;
}

Result<UnwindTable> table_of(const std::vector<std::byte>& file) {
  return build_unwind_table(ByteSource::of_memory(file));
}

UnwindTable table_of(const CfiBytes& instructions) {
  const auto section = eh_frame({}, {{.instructions = instructions}});
  auto table = table_of(elf_with({{.name = ".eh_frame", .content = section}}));
  EXPECT_TRUE(table) << table.error().message();
  return table ? *std::move(table) : UnwindTable{};
}

}  // namespace culprit::test
