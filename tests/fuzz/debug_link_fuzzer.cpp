// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ELF file with a build-id, a debug link, stubs and a table of Go functions.
#include <cstddef>
#include <cstdint>
#include <span>

#include "symbols/debug_link.h"
#include "symbols/go_table.h"
#include "symbols/mini_debug_info.h"
#include "symbols/plt_names.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto source = culprit::ByteSource::of_memory(std::as_bytes(std::span(data, size)));
  const auto image = culprit::ElfImage::read(source);
  if (!image) {
    return 0;
  }
  const auto link = culprit::read_debug_link(*image, source);
  if (link && link->file_name.find('/') != std::string::npos) {
    __builtin_trap();
  }
  (void)culprit::belongs_to(*image, source, *image, link);
  (void)culprit::MiniDebugInfo::read(*image, source);
  const culprit::PltNames stubs(*image, source);
  const auto go = culprit::GoTable::find(*image, source);
  for (const culprit::ElfSection& section : image->sections()) {
    (void)stubs.find(section.address + 20);
    if (go) {
      (void)go->frames_at(section.address + 20, /*inlines=*/true);
    }
  }
  return 0;
}
