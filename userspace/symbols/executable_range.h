// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "symbols/mapped_files.h"

namespace culprit {

enum class MappingKind : std::uint8_t { File, Vdso, Anonymous };

/// Executable memory of an address space.
struct ExecutableRange {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t file_offset = 0;
  FileId file;  ///< of kind File only
  MappingKind kind = MappingKind::Anonymous;

  bool operator==(const ExecutableRange&) const = default;
};

}  // namespace culprit
