// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "symbols/byte_source.h"
#include "symbols/elf_symbols.h"

namespace culprit {

/// The image of the code that the kernel maps into this process. Error: there is none.
Result<ByteSource> vdso_image();

/// The functions of the code that the kernel maps into every process, read from our own address
/// space: the kernel has one for all 64-bit processes.
class VdsoSymbols {
 public:
  /// Error: this process has no vdso.
  static Result<VdsoSymbols> of_this_process();

  [[nodiscard]] std::optional<std::string> function_at(std::uint64_t offset_in_mapping) const;

 private:
  explicit VdsoSymbols(ElfSymbols symbols) : symbols_(std::move(symbols)) {}

  ElfSymbols symbols_;
};

}  // namespace culprit
