// SPDX-License-Identifier: Apache-2.0
#include "symbols/mapped_elf.h"

#include <elf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "symbols/byte_source.h"

namespace culprit {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{2} * 1024 * 1024 * 1024;

std::size_t page_bytes() {
  return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

Result<MappedElf> MappedElf::map(int descriptor, const ElfImage& image,
                                 const SectionChoice& visible) {
  const std::uint64_t size = ByteSource::of_descriptor(descriptor).size();
  if (size == 0 || size > kMaxFileBytes) {
    return Error("too large to be mapped");
  }
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  if (memory == MAP_FAILED) {
    return Error::from_errno("map a file", errno);
  }
  MappedElf mapped(std::span(static_cast<std::byte*>(memory), size));
  if (auto hidden = mapped.hide_sections(image, visible); !hidden) {
    return std::move(hidden).error();
  }
  return mapped;
}

/// Changes the section headers in our private copy of their pages: a section without bytes in the
/// file is not looked at.
Status MappedElf::hide_sections(const ElfImage& image, const SectionChoice& visible) {
  const std::size_t header_bytes = image.section_header_bytes();
  const std::uint64_t table = image.section_table_offset();
  const std::uint64_t table_bytes = image.sections().size() * header_bytes;
  if (table > bytes_.size() || table_bytes > bytes_.size() - table) {
    return Error("the section headers lie outside of the file");
  }
  const auto source = ByteSource::of_memory(bytes_);
  patched_from_ = table / page_bytes() * page_bytes();
  patched_to_ = table + table_bytes;
  const std::size_t length = patched_to_ - patched_from_;
  std::byte* const pages = bytes_.data() + patched_from_;
  if (length == 0) {
    return Success{};
  }
  if (::mprotect(pages, length, PROT_READ | PROT_WRITE) != 0) {
    return Error::from_errno("hide sections of a file", errno);
  }
  for (std::size_t index = 0; index < image.sections().size(); ++index) {
    const ElfSection& section = image.sections()[index];
    // The tables of names have to stay: all others are found by them.
    if (section.type == SHT_STRTAB || visible(image.name_of(section, source))) {
      continue;
    }
    constexpr std::uint32_t kHidden = SHT_NOBITS;
    const std::size_t type_at = index * header_bytes + offsetof(Elf64_Shdr, sh_type);
    std::memcpy(bytes_.data() + table + type_at, &kHidden, sizeof kHidden);
  }
  static_assert(offsetof(Elf64_Shdr, sh_type) == offsetof(Elf32_Shdr, sh_type));
  // They stay writable: libelf notes there which sections it has unpacked.
  return Success{};
}

void MappedElf::forget_pages() const {
  const std::size_t behind = (patched_to_ + page_bytes() - 1) / page_bytes() * page_bytes();
  ::madvise(bytes_.data(), patched_from_, MADV_DONTNEED);
  if (behind < bytes_.size()) {
    ::madvise(bytes_.data() + behind, bytes_.size() - behind, MADV_DONTNEED);
  }
}

MappedElf::MappedElf(MappedElf&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})),
      patched_from_(other.patched_from_),
      patched_to_(other.patched_to_) {}

MappedElf& MappedElf::operator=(MappedElf&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(patched_from_, other.patched_from_);
  std::swap(patched_to_, other.patched_to_);
  return *this;
}

MappedElf::~MappedElf() {
  if (!bytes_.empty()) {
    ::munmap(bytes_.data(), bytes_.size());
  }
}

}  // namespace culprit
