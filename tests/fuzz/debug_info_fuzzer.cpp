// SPDX-License-Identifier: Apache-2.0
// Any bytes as a binary with debug information. What libdw itself does wrong is held in by the
// worker process; this is for our own code around it.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "symbols/file_symbols.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  culprit::UniqueFd file(::memfd_create("input", MFD_CLOEXEC));
  if (::write(file.get(), data, size) != static_cast<ssize_t>(size)) {
    return 0;
  }
  auto symbols = culprit::FileSymbols::open(std::move(file));
  if (!symbols) {
    return 0;
  }
  for (std::uint64_t offset = 0; offset < size; offset += 97) {
    const auto frames = symbols->frames_at(offset, culprit::SymbolDetail::Inlines);
    if (frames.size() > culprit::kMaxFramesPerOffset) {
      __builtin_trap();
    }
  }
  symbols->forget_pages();
  return 0;
}
