// SPDX-License-Identifier: Apache-2.0
#include "symbols/elf_symbols.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>

namespace culprit {
namespace {

constexpr std::uint64_t kMaxSymbols = 8'000'000;
constexpr std::size_t kMaxFunctions = 1'500'000;
constexpr std::size_t kWindowSymbols = 2048;
constexpr std::size_t kMaxNameBytes = 4096;
/// How many functions before an address are asked whether they reach it (nested and overlapping
/// sizes), and how many aliases of one address are compared by name.
constexpr std::size_t kMaxLookBack = 8;
constexpr std::size_t kMaxAliases = 32;

constexpr std::uint32_t kSizeMask = (1U << 30U) - 1;
constexpr std::uint32_t kWeakBit = 1U << 30U;
constexpr std::uint32_t kTableBit = 1U << 31U;

constexpr std::size_t kSymtab = 0;
constexpr std::size_t kDynsym = 1;

std::size_t leading_underscores(std::string_view name) {
  return std::min(name.find_first_not_of('_'), name.size());
}

auto preference(const std::string& name) {
  return std::tuple(name.empty(), leading_underscores(name), name.size(), std::string_view(name));
}

}  // namespace

std::uint32_t ElfSymbols::Entry::size() const {
  return bits & kSizeMask;
}
bool ElfSymbols::Entry::weak() const {
  return (bits & kWeakBit) != 0;
}
std::size_t ElfSymbols::Entry::table() const {
  return (bits & kTableBit) != 0 ? kDynsym : kSymtab;
}

Result<ElfSymbols> ElfSymbols::read(const ByteSource& source) {
  auto image = ElfImage::read(source);
  if (!image) {
    return std::move(image).error();
  }
  ElfSymbols symbols(source, *std::move(image));
  for (const auto& [type, table] : {std::pair(SHT_SYMTAB, kSymtab), {SHT_DYNSYM, kDynsym}}) {
    const auto& sections = symbols.image_.sections();
    const auto section =
        std::ranges::find(sections, static_cast<std::uint32_t>(type), &ElfSection::type);
    if (section == sections.end()) {
      continue;
    }
    if (auto read = symbols.read_section(*section, table); !read) {
      return std::move(read).error();
    }
  }
  std::ranges::sort(symbols.entries_, {}, [](const Entry& entry) {
    return std::tuple(entry.address, entry.table(), entry.weak(), entry.name);
  });
  symbols.drop_repeated();
  symbols.give_sizes();
  symbols.entries_.shrink_to_fit();
  return symbols;
}

Status ElfSymbols::read_section(const ElfSection& section, std::size_t table) {
  if (section.link >= image_.sections().size()) {
    return Error("a symbol table names no string table");
  }
  const ElfSection& strings = image_.sections()[section.link];
  if (strings.type != SHT_STRTAB || strings.file_offset > source_.size() ||
      strings.size > source_.size() - strings.file_offset) {
    return Error("a string table lies outside of the file");
  }
  strings_.at(table) = {.file_offset = strings.file_offset, .size = strings.size};
  return image_.is_64_bit() ? read_entries<Elf64_Sym>(section, table)
                            : read_entries<Elf32_Sym>(section, table);
}

template <typename Raw>
Status ElfSymbols::read_entries(const ElfSection& section, std::size_t table) {
  if (section.entry_size != sizeof(Raw)) {
    return Error("a symbol table has entries of an unknown size");
  }
  if (section.file_offset > source_.size() || section.size > source_.size() - section.file_offset) {
    return Error("a symbol table lies outside of the file");
  }
  std::uint64_t left = section.size / sizeof(Raw);
  if (left > kMaxSymbols) {
    return Error("a symbol table has more entries than are read");
  }
  std::vector<Raw> window(kWindowSymbols);
  std::uint64_t offset = section.file_offset;
  while (left > 0) {
    const auto part = std::span(window).first(std::min<std::uint64_t>(left, kWindowSymbols));
    if (!source_.read(offset, std::as_writable_bytes(part))) {
      return Error("a symbol table cannot be read");
    }
    for (const Raw& symbol : part) {
      keep_function(symbol, table);
    }
    if (entries_.size() > kMaxFunctions) {
      return Error("a symbol table has more functions than are kept");
    }
    left -= part.size();
    offset += part.size_bytes();
  }
  return Success{};
}

template <typename Raw>
void ElfSymbols::keep_function(const Raw& symbol, std::size_t table) {
  const unsigned type = symbol.st_info & 0xFU;
  const unsigned binding = symbol.st_info >> 4U;
  if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF) {
    return;
  }
  const auto end = image_.code_end(symbol.st_value);
  if (!end || symbol.st_name >= strings_.at(table).size) {
    return;
  }
  // A size that leaves the segment is a lie; the function then ends with it.
  const std::uint64_t room = std::min<std::uint64_t>(*end - symbol.st_value, kSizeMask);
  const auto size = static_cast<std::uint32_t>(std::min<std::uint64_t>(symbol.st_size, room));
  entries_.push_back(
      {.address = symbol.st_value,
       .name = symbol.st_name,
       .bits = size | (binding == STB_WEAK ? kWeakBit : 0U) | (table == kDynsym ? kTableBit : 0U)});
}

/// .dynsym repeats what .symtab has; it counts only where the other is silent.
void ElfSymbols::drop_repeated() {
  std::optional<std::uint64_t> told_by_symtab;
  std::erase_if(entries_, [&](const Entry& entry) {
    if (entry.table() == kSymtab) {
      told_by_symtab = entry.address;
      return false;
    }
    return told_by_symtab == entry.address;
  });
}

/// Hand-written assembly often has no sizes: such a function ends where the next begins, or with
/// its section.
void ElfSymbols::give_sizes() {
  std::uint64_t next_address = 0;
  for (std::size_t index = entries_.size(); index-- > 0;) {
    Entry& entry = entries_[index];
    const bool last_at_address =
        index + 1 == entries_.size() || entries_[index + 1].address != entry.address;
    if (last_at_address) {
      next_address = index + 1 == entries_.size() ? UINT64_MAX : entries_[index + 1].address;
    }
    if (entry.size() == 0) {
      const std::uint64_t end = std::min(next_address, section_end(entry.address));
      const std::uint64_t size = std::min<std::uint64_t>(end - entry.address, kSizeMask);
      entry.bits |= static_cast<std::uint32_t>(size);
    }
  }
}

std::uint64_t ElfSymbols::section_end(std::uint64_t address) const {
  for (const ElfSection& section : image_.sections()) {
    if ((section.flags & SHF_EXECINSTR) != 0 && address >= section.address &&
        address < section.end()) {
      return std::min(section.end(), image_.code_end(address).value_or(address));
    }
  }
  return address;
}

std::optional<ElfSymbol> ElfSymbols::find(std::uint64_t address) const {
  const auto after = std::ranges::upper_bound(entries_, address, {}, &Entry::address);
  auto index = static_cast<std::size_t>(after - entries_.begin());
  for (std::size_t step = 0; step < kMaxLookBack && index > 0; ++step) {
    const Entry& entry = entries_[--index];
    if (address - entry.address < entry.size()) {
      return best_at(index);
    }
  }
  return std::nullopt;
}

/// Chooses among the entries at one address, of which `last` is the last that fits.
std::optional<ElfSymbol> ElfSymbols::best_at(std::size_t last) const {
  std::size_t first = last;
  while (first > 0 && last - first < kMaxAliases &&
         entries_[first - 1].address == entries_[last].address) {
    --first;
  }
  ElfSymbol best{.name = {}, .address = entries_[last].address, .size = entries_[last].size()};
  for (std::size_t index = first; index <= last; ++index) {
    if (entries_[index].weak() != entries_[first].weak()) {
      break;
    }
    std::string name = name_of(entries_[index]);
    if (preference(name) < preference(best.name)) {
      best.name = std::move(name);
      best.size = entries_[index].size();
    }
  }
  if (best.name.empty()) {
    return std::nullopt;
  }
  return best;
}

std::string ElfSymbols::name_of(const Entry& entry) const {
  const StringTable& strings = strings_.at(entry.table());
  std::string name;
  while (name.size() < kMaxNameBytes) {
    std::array<char, 128> window{};
    const std::uint64_t start = entry.name + name.size();
    if (start >= strings.size) {
      return {};
    }
    const auto part =
        std::span(window).first(std::min<std::uint64_t>(window.size(), strings.size - start));
    if (!source_.read(strings.file_offset + start, std::as_writable_bytes(part))) {
      return {};
    }
    const auto end = std::ranges::find(part, '\0');
    name.append(part.begin(), end);
    if (end != part.end()) {
      return name;
    }
  }
  return name;
}

}  // namespace culprit
