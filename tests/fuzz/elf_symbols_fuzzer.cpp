// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ELF file: read its symbols and look some addresses up.
#include <cstddef>
#include <cstdint>
#include <span>

#include "symbols/elf_symbols.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto image = std::as_bytes(std::span(data, size));
  const auto symbols = culprit::ElfSymbols::read(culprit::ByteSource::of_memory(image));
  if (!symbols) {
    return 0;
  }
  for (std::uint64_t offset = 0; offset < size; offset += 61) {
    if (const auto address = symbols->image().address_of(offset)) {
      (void)symbols->find(*address);
    }
  }
  (void)symbols->find(0);
  (void)symbols->find(UINT64_MAX);
  return 0;
}
