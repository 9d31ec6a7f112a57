// SPDX-License-Identifier: Apache-2.0
#include "unwinding/build_table.h"

#include <utility>

#include "symbols/elf_image.h"
#include "unwinding/frame_sections.h"
#include "unwinding/section_compiler.h"

namespace culprit {

Result<UnwindTable> build_unwind_table(const ByteSource& source, const UnwindLimits& limits) {
  auto image = ElfImage::read(source);
  if (!image) {
    return std::move(image).error();
  }
  if (!image->is_64_bit()) {
    return Error("a 32-bit program: its stacks are not unwound");
  }
  const UnwindArchitecture* const architecture = architecture_of(image->machine());
  if (architecture == nullptr) {
    return Error("a program for a machine whose stacks are not unwound");
  }
  const auto sections = find_frame_sections(source, *image, limits);
  if (!sections) {
    return sections.error();
  }
  SectionCompiler compiler(CodeRanges(*image), *architecture, limits);
  for (const FrameSection& section : *sections) {
    if (auto compiled = compiler.compile(source, section); !compiled) {
      return std::move(compiled).error();
    }
  }
  return compiler.take_table();
}

}  // namespace culprit
