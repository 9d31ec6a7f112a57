// SPDX-License-Identifier: Apache-2.0
#include "symbols/elf_image.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace culprit {
namespace {

constexpr std::uint64_t kMaxSections = 65536;
constexpr std::uint64_t kMaxSegments = 512;
constexpr std::uint64_t kMaxNoteBytes = 16384;
constexpr std::uint32_t kMaxBuildIdBytes = 64;
/// Names that mean something to us are shorter.
constexpr std::size_t kMaxSectionNameBytes = 32;

struct Class32 {
  using Header = Elf32_Ehdr;
  using Segment = Elf32_Phdr;
  using Section = Elf32_Shdr;
};
struct Class64 {
  using Header = Elf64_Ehdr;
  using Segment = Elf64_Phdr;
  using Section = Elf64_Shdr;
};

template <typename Value>
bool read_value(const ByteSource& source, std::uint64_t offset, Value& value) {
  return source.read(offset, std::as_writable_bytes(std::span(&value, 1)));
}

template <typename Raw>
Result<std::vector<Raw>> read_table(const ByteSource& source, std::uint64_t offset,
                                    std::uint64_t count) {
  if (offset > source.size() || count > (source.size() - offset) / sizeof(Raw)) {
    return Error("a header table lies outside of the file");
  }
  std::vector<Raw> table(count);
  if (!source.read(offset, std::as_writable_bytes(std::span(table)))) {
    return Error("a header table cannot be read");
  }
  return table;
}

template <typename Raw>
ElfSection widened_section(const Raw& raw) {
  return {.name = raw.sh_name,
          .type = raw.sh_type,
          .link = raw.sh_link,
          .flags = raw.sh_flags,
          .address = raw.sh_addr,
          .file_offset = raw.sh_offset,
          .size = raw.sh_size,
          .entry_size = raw.sh_entsize};
}

template <typename Raw>
ElfSegment widened_segment(const Raw& raw) {
  return {.type = raw.p_type,
          .flags = raw.p_flags,
          .file_offset = raw.p_offset,
          .address = raw.p_vaddr,
          .file_size = raw.p_filesz,
          .memory_size = raw.p_memsz};
}

std::uint64_t aligned_to_four(std::uint64_t length) {
  return (length + 3U) & ~std::uint64_t{3};
}

/// Walks the notes of one segment for the GNU build-id.
std::string build_id_among(std::span<const std::byte> notes) {
  while (notes.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note{};
    std::memcpy(&note, notes.data(), sizeof note);
    const std::uint64_t name_bytes = aligned_to_four(note.n_namesz);
    const std::uint64_t whole = sizeof note + name_bytes + aligned_to_four(note.n_descsz);
    if (whole > notes.size()) {
      return {};
    }
    const auto name = notes.subspan(sizeof note, note.n_namesz);
    const bool gnu = name.size() == 4 && std::memcmp(name.data(), "GNU", 4) == 0;
    if (gnu && note.n_type == NT_GNU_BUILD_ID && note.n_descsz <= kMaxBuildIdBytes) {
      const auto id = notes.subspan(sizeof note + name_bytes, note.n_descsz);
      std::string text(id.size(), '\0');
      std::ranges::transform(id, text.begin(), [](std::byte b) { return static_cast<char>(b); });
      return text;
    }
    notes = notes.subspan(whole);
  }
  return {};
}

/// The end of a range, which a lying header may put beyond the address space.
std::uint64_t end_of(std::uint64_t start, std::uint64_t length) {
  return length > UINT64_MAX - start ? UINT64_MAX : start + length;
}

bool holds(std::uint64_t start, std::uint64_t length, std::uint64_t value) {
  return value >= start && value - start < length;
}

}  // namespace

std::uint64_t ElfSection::end() const {
  return end_of(address, size);
}

template <typename Class>
Status ElfImage::read_headers(const ByteSource& source) {
  typename Class::Header header{};
  if (!read_value(source, 0, header)) {
    return Error("too short for an ELF header");
  }
  std::uint64_t section_count = header.e_shnum;
  std::uint64_t segment_count = header.e_phnum;
  if (header.e_shoff != 0 && header.e_shentsize == sizeof(typename Class::Section)) {
    // Counts that do not fit into the header's 16 bits stand in the first section.
    typename Class::Section first{};
    if (section_count == 0 && read_value(source, header.e_shoff, first)) {
      section_count = first.sh_size;
    }
    if (segment_count == PN_XNUM && read_value(source, header.e_shoff, first)) {
      segment_count = first.sh_info;
    }
  } else {
    section_count = 0;
  }
  if (section_count > kMaxSections || segment_count > kMaxSegments) {
    return Error("too many sections or segments");
  }
  if (segment_count != 0 && header.e_phentsize != sizeof(typename Class::Segment)) {
    return Error("program headers of an unknown size");
  }
  const auto sections = read_table<typename Class::Section>(source, header.e_shoff, section_count);
  if (!sections) {
    return sections.error();
  }
  const auto segments = read_table<typename Class::Segment>(source, header.e_phoff, segment_count);
  if (!segments) {
    return segments.error();
  }
  machine_ = header.e_machine;
  names_index_ = header.e_shstrndx == SHN_XINDEX && !sections->empty() ? sections->front().sh_link
                                                                       : header.e_shstrndx;
  section_table_offset_ = header.e_shoff;
  for (const auto& raw : *sections) {
    sections_.push_back(widened_section(raw));
  }
  for (const auto& raw : *segments) {
    segments_.push_back(widened_segment(raw));
  }
  return Success{};
}

Result<ElfImage> ElfImage::read(const ByteSource& source) {
  std::array<unsigned char, EI_NIDENT> identification{};
  if (!source.read(0, std::as_writable_bytes(std::span(identification))) ||
      std::memcmp(identification.data(), ELFMAG, SELFMAG) != 0) {
    return Error("not an ELF file");
  }
  if (identification[EI_DATA] != ELFDATA2LSB) {
    return Error("not a little-endian ELF file");
  }
  ElfImage image;
  image.is_64_bit_ = identification[EI_CLASS] == ELFCLASS64;
  if (!image.is_64_bit_ && identification[EI_CLASS] != ELFCLASS32) {
    return Error("neither a 32-bit nor a 64-bit ELF file");
  }
  auto headers =
      image.is_64_bit_ ? image.read_headers<Class64>(source) : image.read_headers<Class32>(source);
  if (!headers) {
    return std::move(headers).error();
  }
  image.read_build_id(source);
  return image;
}

void ElfImage::read_build_id(const ByteSource& source) {
  for (const ElfSegment& segment : segments_) {
    if (segment.type != PT_NOTE || segment.file_size > kMaxNoteBytes) {
      continue;
    }
    std::vector<std::byte> notes(segment.file_size);
    if (source.read(segment.file_offset, notes)) {
      build_id_ = build_id_among(notes);
    }
    if (!build_id_.empty()) {
      return;
    }
  }
}

std::size_t ElfImage::section_header_bytes() const {
  return is_64_bit_ ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
}

std::string ElfImage::name_of(const ElfSection& section, const ByteSource& source) const {
  if (names_index_ >= sections_.size()) {
    return {};
  }
  const ElfSection& names = sections_[names_index_];
  if (names.type != SHT_STRTAB || section.name >= names.size) {
    return {};
  }
  std::array<char, kMaxSectionNameBytes> text{};
  const auto part =
      std::span(text).first(std::min<std::uint64_t>(text.size(), names.size - section.name));
  if (names.file_offset > source.size() ||
      !source.read(names.file_offset + section.name, std::as_writable_bytes(part))) {
    return {};
  }
  return {part.begin(), std::ranges::find(part, '\0')};
}

std::optional<ElfSection> ElfImage::section_named(std::string_view name,
                                                  const ByteSource& source) const {
  for (const ElfSection& section : sections_) {
    if (section.type != SHT_NULL && section.type != SHT_NOBITS && section.size != 0 &&
        name_of(section, source) == name) {
      return section;
    }
  }
  return std::nullopt;
}

std::optional<std::uint64_t> ElfImage::address_of(std::uint64_t file_offset) const {
  std::optional<std::uint64_t> found;
  for (const ElfSegment& segment : segments_) {
    if (segment.type != PT_LOAD || !holds(segment.file_offset, segment.file_size, file_offset)) {
      continue;
    }
    const std::uint64_t address = segment.address + (file_offset - segment.file_offset);
    if ((segment.flags & PF_X) != 0) {
      return address;
    }
    if (!found) {
      found = address;
    }
  }
  return found;
}

std::optional<std::uint64_t> ElfImage::code_end(std::uint64_t address) const {
  for (const ElfSegment& segment : segments_) {
    const bool code = segment.type == PT_LOAD && (segment.flags & PF_X) != 0;
    if (code && holds(segment.address, segment.memory_size, address)) {
      return end_of(segment.address, segment.memory_size);
    }
  }
  return std::nullopt;
}

}  // namespace culprit
