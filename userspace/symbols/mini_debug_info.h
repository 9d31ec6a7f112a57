// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "symbols/elf_symbols.h"

namespace culprit {

/// Unpacks an .xz stream. Error: broken, or more than `max_bytes` come out of it.
Result<std::vector<std::byte>> unpack_xz(std::span<const std::byte> packed, std::size_t max_bytes);

/// The symbols that Fedora and its like leave in stripped binaries: an ELF file without code,
/// packed by xz, in the section .gnu_debugdata.
class MiniDebugInfo {
 public:
  /// Nothing when the file has none. Error: it is broken or too large.
  static Result<std::optional<MiniDebugInfo>> read(const ElfImage& image, const ByteSource& source);

  [[nodiscard]] const ElfSymbols& symbols() const { return symbols_; }
  [[nodiscard]] std::size_t memory_bytes() const {
    return unpacked_->capacity() + symbols_.memory_bytes();
  }

 private:
  MiniDebugInfo(std::unique_ptr<std::vector<std::byte>> unpacked, ElfSymbols symbols)
      : unpacked_(std::move(unpacked)), symbols_(std::move(symbols)) {}

  std::unique_ptr<std::vector<std::byte>> unpacked_;  ///< the symbols read their names in it
  ElfSymbols symbols_;
};

}  // namespace culprit
