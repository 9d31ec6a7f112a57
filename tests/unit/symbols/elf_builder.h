// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace culprit::test {

struct BuiltSymbol {
  std::string name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  unsigned char binding = STB_GLOBAL;
  unsigned char type = STT_FUNC;
};

/// The parts of a small ELF file before they become bytes; tests change them to make it lie.
struct ElfParts {
  Elf64_Ehdr header{};
  Elf64_Phdr code{};
  std::vector<Elf64_Shdr> sections;
  std::vector<Elf64_Sym> symbols;
  std::string strings;
};

inline constexpr std::uint64_t kBuiltCodeAddress = 0x401000;
inline constexpr std::uint64_t kBuiltCodeOffset = 0x1000;
inline constexpr std::uint64_t kBuiltCodeBytes = 0x1000;
/// Indices of ElfParts::sections.
inline constexpr std::size_t kTextSection = 1;
inline constexpr std::size_t kStringSection = 2;
inline constexpr std::size_t kSymbolSection = 3;

inline ElfParts parts_of(std::span<const BuiltSymbol> symbols, std::uint32_t table = SHT_SYMTAB) {
  ElfParts parts;
  parts.strings.push_back('\0');
  parts.symbols.emplace_back();
  for (const BuiltSymbol& symbol : symbols) {
    Elf64_Sym raw{};
    raw.st_name = static_cast<Elf64_Word>(parts.strings.size());
    raw.st_info =
        static_cast<unsigned char>(static_cast<unsigned>(symbol.binding) << 4U | symbol.type);
    raw.st_shndx = kTextSection;
    raw.st_value = symbol.address;
    raw.st_size = symbol.size;
    parts.symbols.push_back(raw);
    parts.strings += symbol.name;
    parts.strings.push_back('\0');
  }
  std::memcpy(static_cast<void*>(parts.header.e_ident), ELFMAG, SELFMAG);
  parts.header.e_ident[EI_CLASS] = ELFCLASS64;
  parts.header.e_ident[EI_DATA] = ELFDATA2LSB;
  parts.header.e_type = ET_EXEC;
  parts.header.e_machine = EM_X86_64;
  parts.header.e_phoff = sizeof(Elf64_Ehdr);
  parts.header.e_phentsize = sizeof(Elf64_Phdr);
  parts.header.e_phnum = 1;
  parts.header.e_shentsize = sizeof(Elf64_Shdr);
  parts.code.p_type = PT_LOAD;
  parts.code.p_flags = PF_R | PF_X;
  parts.code.p_offset = kBuiltCodeOffset;
  parts.code.p_vaddr = kBuiltCodeAddress;
  parts.code.p_filesz = kBuiltCodeBytes;
  parts.code.p_memsz = kBuiltCodeBytes;
  parts.sections.resize(4);
  Elf64_Shdr& text = parts.sections[kTextSection];
  text.sh_type = SHT_PROGBITS;
  text.sh_flags = SHF_ALLOC | SHF_EXECINSTR;
  text.sh_addr = kBuiltCodeAddress;
  text.sh_offset = kBuiltCodeOffset;
  text.sh_size = kBuiltCodeBytes;
  Elf64_Shdr& strings = parts.sections[kStringSection];
  strings.sh_type = SHT_STRTAB;
  strings.sh_offset = kBuiltCodeOffset + kBuiltCodeBytes;
  strings.sh_size = parts.strings.size();
  Elf64_Shdr& entries = parts.sections[kSymbolSection];
  entries.sh_type = table;
  entries.sh_link = kStringSection;
  entries.sh_offset = strings.sh_offset + ((parts.strings.size() + 7U) & ~std::size_t{7});
  entries.sh_size = parts.symbols.size() * sizeof(Elf64_Sym);
  entries.sh_entsize = sizeof(Elf64_Sym);
  parts.header.e_shoff = entries.sh_offset + entries.sh_size;
  parts.header.e_shnum = static_cast<Elf64_Half>(parts.sections.size());
  return parts;
}

/// Puts bytes at their place in the image, which grows as needed.
inline void place(std::vector<std::byte>& image, std::uint64_t offset,
                  std::span<const std::byte> bytes) {
  if (image.size() < offset + bytes.size()) {
    image.resize(offset + bytes.size());
  }
  if (!bytes.empty()) {
    std::memcpy(image.data() + offset, bytes.data(), bytes.size());
  }
}

/// Where the tables really lie is taken from `honest`, what the file says from `said`.
inline std::vector<std::byte> image_of(const ElfParts& honest, const ElfParts& said) {
  std::vector<std::byte> image;
  place(image, 0, std::as_bytes(std::span(&said.header, 1)));
  place(image, sizeof(Elf64_Ehdr), std::as_bytes(std::span(&said.code, 1)));
  place(image, honest.sections[kStringSection].sh_offset, std::as_bytes(std::span(said.strings)));
  place(image, honest.sections[kSymbolSection].sh_offset, std::as_bytes(std::span(said.symbols)));
  place(image, honest.header.e_shoff, std::as_bytes(std::span(said.sections)));
  return image;
}

inline std::vector<std::byte> elf_with(
    std::span<const BuiltSymbol> symbols,
    const std::function<void(ElfParts&)>& lie = [](ElfParts&) {}) {
  const ElfParts honest = parts_of(symbols);
  ElfParts said = honest;
  lie(said);
  return image_of(honest, said);
}

}  // namespace culprit::test
