// SPDX-License-Identifier: Apache-2.0
#include "symbols/plt_names.h"

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

namespace culprit {
namespace {

constexpr std::uint64_t kMaxStubsBytes = std::uint64_t{4} * 1024 * 1024;
constexpr std::uint64_t kMaxRelocations = 200'000;
constexpr std::size_t kWindowRelocations = 1024;
constexpr std::uint64_t kStubBytes = 16;
constexpr std::uint64_t kShortStubBytes = 8;  ///< in .plt.got
/// jmp *offset(%rip)
constexpr std::array kJump = {std::byte{0xFF}, std::byte{0x25}};

}  // namespace

PltNames::PltNames(const ElfImage& image, const ByteSource& source) : source_(source) {
  if (image.machine() != EM_X86_64 || !image.is_64_bit()) {
    return;
  }
  for (const char* name : {".plt", ".plt.sec", ".plt.got"}) {
    const auto section = image.section_named(name, source);
    if (section && section->size <= kMaxStubsBytes) {
      stubs_.push_back(*section);
    }
  }
  for (const char* name : {".rela.plt", ".rela.dyn"}) {
    if (const auto section = image.section_named(name, source)) {
      relocations_.push_back(*section);
    }
  }
  const auto& sections = image.sections();
  const auto symbols = std::ranges::find(sections, std::uint32_t{SHT_DYNSYM}, &ElfSection::type);
  if (symbols != sections.end() && symbols->link < sections.size()) {
    symbols_ = *symbols;
    strings_ = sections[symbols->link];
  }
}

std::optional<std::string> PltNames::find(std::uint64_t address) const {
  if (!symbols_) {
    return std::nullopt;
  }
  for (const ElfSection& stubs : stubs_) {
    if (address < stubs.address || address >= stubs.end()) {
      continue;
    }
    const auto slot = slot_of(stubs, address);
    const auto symbol = slot ? symbol_of(*slot) : std::nullopt;
    std::string name = symbol ? symbol_name(*symbol) : std::string();
    return name.empty() ? std::nullopt : std::optional(std::move(name));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> PltNames::slot_of(const ElfSection& stubs,
                                               std::uint64_t address) const {
  const bool is_short = stubs.entry_size == kShortStubBytes;
  const std::uint64_t stub_bytes = is_short ? kShortStubBytes : kStubBytes;
  const std::uint64_t start = (address - stubs.address) / stub_bytes * stub_bytes;
  std::array<std::byte, kStubBytes> code{};
  const auto part = std::span(code).first(std::min(stub_bytes, stubs.size - start));
  if (!source_.read(stubs.file_offset + start, part)) {
    return std::nullopt;
  }
  // Not ranges::search: clang 14 cannot compile the range that it returns.
  const auto jump = std::search(part.begin(), part.end(), kJump.begin(), kJump.end());
  const auto operand_at = static_cast<std::size_t>(jump - part.begin()) + kJump.size();
  std::int32_t distance = 0;
  if (operand_at + sizeof distance > part.size()) {
    return std::nullopt;
  }
  std::memcpy(&distance, part.data() + operand_at, sizeof distance);
  return stubs.address + start + operand_at + sizeof distance +
         static_cast<std::uint64_t>(std::int64_t{distance});
}

std::optional<std::uint32_t> PltNames::symbol_of(std::uint64_t slot) const {
  std::vector<Elf64_Rela> window(kWindowRelocations);
  for (const ElfSection& section : relocations_) {
    std::uint64_t left = std::min(section.size / sizeof(Elf64_Rela), kMaxRelocations);
    std::uint64_t offset = section.file_offset;
    while (left > 0) {
      const auto part = std::span(window).first(std::min<std::uint64_t>(left, window.size()));
      if (!source_.read(offset, std::as_writable_bytes(part))) {
        break;
      }
      const auto found = std::ranges::find(part, slot, &Elf64_Rela::r_offset);
      if (found != part.end()) {
        return static_cast<std::uint32_t>(found->r_info >> 32U);
      }
      left -= part.size();
      offset += part.size_bytes();
    }
  }
  return std::nullopt;
}

std::string PltNames::symbol_name(std::uint32_t index) const {
  Elf64_Sym symbol{};
  if (index == 0 || index >= symbols_->size / sizeof symbol ||
      !source_.read(symbols_->file_offset + std::uint64_t{index} * sizeof symbol,
                    std::as_writable_bytes(std::span(&symbol, 1))) ||
      symbol.st_name >= strings_->size) {
    return {};
  }
  std::array<char, 512> text{};
  const auto part =
      std::span(text).first(std::min<std::uint64_t>(text.size(), strings_->size - symbol.st_name));
  if (!source_.read(strings_->file_offset + symbol.st_name, std::as_writable_bytes(part))) {
    return {};
  }
  const auto end = std::ranges::find(part, '\0');
  return end == part.end() ? std::string() : std::string(part.begin(), end);
}

}  // namespace culprit
