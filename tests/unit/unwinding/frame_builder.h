// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "unwinding/unwind_table.h"

namespace culprit::test {

/// Call frame instructions, or expressions, or whole entries, under construction.
class CfiBytes {
 public:
  CfiBytes& u8(unsigned value) { return little_endian(value, 1); }
  CfiBytes& u16(unsigned value) { return little_endian(value, 2); }
  CfiBytes& u32(std::uint64_t value) { return little_endian(value, 4); }
  CfiBytes& u64(std::uint64_t value) { return little_endian(value, 8); }
  CfiBytes& uleb(std::uint64_t value);
  CfiBytes& sleb(std::int64_t value);
  CfiBytes& text(std::string_view value);    ///< with its NUL
  CfiBytes& block(const CfiBytes& content);  ///< with its length in front
  CfiBytes& append(const CfiBytes& content);

  [[nodiscard]] const std::vector<std::byte>& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }

 private:
  CfiBytes& little_endian(std::uint64_t value, unsigned count);

  std::vector<std::byte> bytes_;
};

inline constexpr std::uint64_t kCode = 0x401000;
inline constexpr std::uint64_t kCodeBytes = 0x100000;
inline constexpr std::uint64_t kFramesAddress = 0x600000;

/// "CFA is rsp + 8, the return address is below it": how every x86-64 function begins.
CfiBytes usual_beginning();

struct BuiltCommon {
  std::string augmentation = "zR";
  unsigned version = 1;
  unsigned pointer_encoding = 0x1b;  ///< relative to its place, four bytes, signed
  std::uint64_t code_alignment = 1;
  std::int64_t data_alignment = -8;
  unsigned return_register = 16;
  CfiBytes instructions = usual_beginning();
};
struct BuiltFunction {
  std::uint64_t start = kCode;
  std::uint64_t length = 0x100;
  CfiBytes instructions;
};

/// A section with one common entry and functions that refer to it.
CfiBytes eh_frame(const BuiltCommon& common, const std::vector<BuiltFunction>& functions);
/// Without an augmentation, as compilers write it.
CfiBytes debug_frame(BuiltCommon common, const std::vector<BuiltFunction>& functions);

struct BuiltSection {
  std::string name;
  CfiBytes content;
  std::uint64_t address = kFramesAddress;
  std::uint64_t flags = SHF_ALLOC;
};

/// A file with code at kCode and these sections, whose content begins at kContentOffset.
inline constexpr std::uint64_t kContentOffset = 0x200;
std::vector<std::byte> elf_with(const std::vector<BuiltSection>& sections,
                                std::uint16_t machine = EM_X86_64);

Result<UnwindTable> table_of(const std::vector<std::byte>& file);
/// Of one function with these instructions behind the usual beginning.
UnwindTable table_of(const CfiBytes& instructions);

}  // namespace culprit::test
