// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"
#include "symbols/elf_image.h"

namespace culprit {

/// A function as the file's symbol table has it.
struct ElfSymbol {
  std::string name;           ///< raw bytes of a stranger, mangled
  std::uint64_t address = 0;  ///< in the file's own addresses
  std::uint64_t size = 0;
};

/// The functions of one ELF file (.symtab, .dynsym), sorted by address, 16 bytes each: names stay
/// in the file and are read when asked for, so the source must outlive this.
class ElfSymbols {
 public:
  /// Error: the file is no ELF file, lies about its tables, or has more functions than we keep.
  /// A file without any symbols is not an error.
  static Result<ElfSymbols> read(const ByteSource& source);

  [[nodiscard]] const ElfImage& image() const { return image_; }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  /// Heap in use.
  [[nodiscard]] std::size_t memory_bytes() const { return entries_.capacity() * sizeof(Entry); }

  /// The function that holds `address`. Of several at one place: global and local ones before weak
  /// ones, then the name with the fewest leading underscores, then the shortest.
  [[nodiscard]] std::optional<ElfSymbol> find(std::uint64_t address) const;

 private:
  /// Packed by hand: files with a million functions exist.
  struct Entry {
    std::uint64_t address;
    std::uint32_t name;  ///< offset in the string table
    std::uint32_t bits;  ///< size, and above it which string table and whether weak

    [[nodiscard]] std::uint32_t size() const;
    [[nodiscard]] bool weak() const;
    [[nodiscard]] std::size_t table() const;
  };
  struct StringTable {
    std::uint64_t file_offset = 0;
    std::uint64_t size = 0;
  };

  ElfSymbols(ByteSource source, ElfImage image) : source_(source), image_(std::move(image)) {}

  Status read_section(const ElfSection& section, std::size_t table);
  template <typename Raw>
  Status read_entries(const ElfSection& section, std::size_t table);
  template <typename Raw>
  void keep_function(const Raw& symbol, std::size_t table);
  void drop_repeated();
  void give_sizes();
  [[nodiscard]] std::uint64_t section_end(std::uint64_t address) const;
  [[nodiscard]] std::optional<ElfSymbol> best_at(std::size_t last) const;
  [[nodiscard]] std::string name_of(const Entry& entry) const;

  ByteSource source_;
  ElfImage image_;
  std::array<StringTable, 2> strings_{};
  std::vector<Entry> entries_;
};

}  // namespace culprit
