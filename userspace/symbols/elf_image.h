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
  std::uint32_t name = 0;  ///< offset in the section that holds the sections' names
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
  /// EM_X86_64 and so on.
  [[nodiscard]] std::uint16_t machine() const { return machine_; }
  /// The first section of that name; `source` is what the image was read from.
  [[nodiscard]] std::optional<ElfSection> section_named(const ByteSource& source,
                                                        std::string_view name) const;
  /// Raw bytes of the GNU build-id; empty when there is none.
  [[nodiscard]] const std::string& build_id() const { return build_id_; }

  /// Where the byte at `file_offset` is mapped, in the file's own addresses. Executable segments
  /// come first, for code is what is asked for.
  [[nodiscard]] std::optional<std::uint64_t> address_of(std::uint64_t file_offset) const;
  /// Where the executable segment that holds `address` ends; nothing when there is none.
  [[nodiscard]] std::optional<std::uint64_t> code_end(std::uint64_t address) const;

 private:
  ElfImage() = default;

  struct HeaderCounts {
    std::uint64_t sections = 0;
    std::uint64_t segments = 0;
  };

  template <typename Class>
  HeaderCounts counts_of(const ByteSource& source, const typename Class::Header& header);
  template <typename Class>
  Status read_headers(const ByteSource& source);
  void read_build_id(const ByteSource& source);

  bool is_64_bit_ = true;
  std::uint16_t machine_ = 0;
  std::size_t names_section_ = 0;
  std::vector<ElfSegment> segments_;
  std::vector<ElfSection> sections_;
  std::string build_id_;
};

}  // namespace culprit
