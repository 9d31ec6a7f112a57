// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "symbols/byte_source.h"
#include "symbols/elf_image.h"

namespace culprit {

/// Names the stubs through which a binary calls functions of its libraries: a stub jumps to what
/// stands in a slot, and a relocation says whose address will be put there. AMD64 only.
class PltNames {
 public:
  /// Reads nothing but which sections there are. The source outlives this.
  PltNames(const ElfImage& image, const ByteSource& source);

  /// The function that the stub calls, mangled if it is; nothing when the address is in no stub
  /// that is understood.
  [[nodiscard]] std::optional<std::string> find(std::uint64_t address) const;

 private:
  [[nodiscard]] std::optional<std::uint64_t> slot_of(const ElfSection& stubs,
                                                     std::uint64_t address) const;
  [[nodiscard]] std::optional<std::uint32_t> symbol_of(std::uint64_t slot) const;
  [[nodiscard]] std::string symbol_name(std::uint32_t index) const;

  ByteSource source_;
  std::vector<ElfSection> stubs_;
  std::vector<ElfSection> relocations_;
  std::optional<ElfSection> symbols_;
  std::optional<ElfSection> strings_;
};

}  // namespace culprit
