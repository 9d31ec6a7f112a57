// SPDX-License-Identifier: Apache-2.0
// Any text as /proc/kallsyms.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "symbols/kernel_symbols.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto symbols = culprit::KernelSymbols::parse(text);
  if (symbols) {
    for (const std::uint64_t address :
         {std::uint64_t{0}, std::uint64_t{0xffffffff81000000}, UINT64_MAX}) {
      (void)symbols->find(culprit::InstructionAddress(address));
    }
  }
  return 0;
}
