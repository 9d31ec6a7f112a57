// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "symbols/byte_source.h"

namespace culprit {

/// A program header, 32-bit files widened.
struct ElfSegment {
  std::uint32_t type = 0;
  std::uint32_t flags = 0;
  std::uint64_t file_offset = 0;
  std::uint64_t address = 0;
  std::uint64_t file_size = 0;
  std::uint64_t memory_size = 0;
};

/// A section header, 32-bit files widened.
struct ElfSection {
  std::uint32_t name = 0;  ///< offset in the table of names
  std::uint32_t type = 0;
  std::uint32_t link = 0;
  std::uint64_t flags = 0;
  std::uint64_t address = 0;
  std::uint64_t file_offset = 0;
  std::uint64_t size = 0;
  std::uint64_t entry_size = 0;

  /// First address behind it, never beyond the address space.
  [[nodiscard]] std::uint64_t end() const;
};

/// The headers of an ELF file in which not one byte is trusted: tables are bounded and read by
/// windows. What a header points to is checked where it is read.
class ElfImage {
 public:
  /// Error: not a little-endian ELF file, or its header tables do not lie inside of it.
  static Result<ElfImage> read(const ByteSource& source);

  [[nodiscard]] bool is_64_bit() const { return is_64_bit_; }
  [[nodiscard]] const std::vector<ElfSegment>& segments() const { return segments_; }
  [[nodiscard]] const std::vector<ElfSection>& sections() const { return sections_; }
  /// Where the table of section headers lies in the file, and how long one of them is.
  [[nodiscard]] std::uint64_t section_table_offset() const { return section_table_offset_; }
  [[nodiscard]] std::size_t section_header_bytes() const;
  /// The section's name, read from the `source` that this was read from; long ones are cut.
  [[nodiscard]] std::string name_of(const ElfSection& section, const ByteSource& source) const;
  /// The first section of that name that has bytes in the file.
  [[nodiscard]] std::optional<ElfSection> section_named(std::string_view name,
                                                        const ByteSource& source) const;
  /// AMD64, ARM64 ... as in the header (EM_X86_64, EM_AARCH64).
  [[nodiscard]] std::uint16_t machine() const { return machine_; }
  /// Raw bytes of the GNU build-id; empty when there is none.
  [[nodiscard]] const std::string& build_id() const { return build_id_; }

  /// Where the byte at `file_offset` is mapped, in the file's own addresses. Executable segments
  /// come first, for code is what is asked for.
  [[nodiscard]] std::optional<std::uint64_t> address_of(std::uint64_t file_offset) const;
  /// Where the executable segment that holds `address` ends; nothing when there is none.
  [[nodiscard]] std::optional<std::uint64_t> code_end(std::uint64_t address) const;

 private:
  ElfImage() = default;

  template <typename Class>
  Status read_headers(const ByteSource& source);
  void read_build_id(const ByteSource& source);

  bool is_64_bit_ = true;
  std::uint16_t machine_ = 0;
  std::uint32_t names_index_ = 0;
  std::uint64_t section_table_offset_ = 0;
  std::vector<ElfSegment> segments_;
  std::vector<ElfSection> sections_;
  std::string build_id_;
};

}  // namespace culprit
