// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "symbols/elf_image.h"

namespace culprit {

/// An ELF file in memory, for a library that wants all of it there, with the sections hidden that
/// it has no business with. What is not touched takes no memory. A file that is truncated while it
/// is mapped ends the process with SIGBUS: for the worker process only.
class MappedElf {
 public:
  /// Whether a section of that name is to be seen.
  using SectionChoice = std::function<bool(std::string_view name)>;

  /// `image` is what ElfImage says of the file. The descriptor may be closed afterwards.
  static Result<MappedElf> map(int descriptor, const ElfImage& image, const SectionChoice& visible);

  MappedElf(MappedElf&& other) noexcept;
  MappedElf& operator=(MappedElf&& other) noexcept;
  MappedElf(const MappedElf&) = delete;
  MappedElf& operator=(const MappedElf&) = delete;
  ~MappedElf();

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  /// Gives back the memory of pages that were looked at; they come again from the file.
  void forget_pages() const;

 private:
  explicit MappedElf(std::span<std::byte> bytes) : bytes_(bytes) {}

  Status hide_sections(const ElfImage& image, const SectionChoice& visible);

  std::span<std::byte> bytes_;
  std::size_t patched_from_ = 0;  ///< pages that differ from the file's
  std::size_t patched_to_ = 0;
};

}  // namespace culprit
