// SPDX-License-Identifier: Apache-2.0
#include "runtimes/v8/v8_file.h"

#include <cstring>
#include <string>

#include "runtimes/v8/v8_symbols.h"
#include "symbols/elf_image.h"

namespace culprit {
namespace {

/// Where the built-ins' code lies in the file.
bool place_builtins(const ByteSource& file, const V8Symbols& symbols, V8Layout& layout) {
  const auto image = ElfImage::read(file);
  if (!image || symbols.builtins_end <= symbols.builtins_start) {
    return false;
  }
  for (const ElfSegment& segment : image->segments()) {
    if (symbols.builtins_start >= segment.address && segment.file_size != 0 &&
        symbols.builtins_start - segment.address < segment.file_size &&
        image->address_of(segment.file_offset + (symbols.builtins_start - segment.address)) ==
            symbols.builtins_start) {
      layout.builtins_offset = segment.file_offset + (symbols.builtins_start - segment.address);
      layout.builtins_size = symbols.builtins_end - symbols.builtins_start;
      return true;
    }
  }
  return false;
}

std::vector<std::byte> encoded(const V8FileFacts& facts) {
  std::vector<std::byte> bytes(sizeof(facts.layout) + facts.unreadable.size());
  std::memcpy(bytes.data(), &facts.layout, sizeof(facts.layout));
  std::memcpy(bytes.data() + sizeof(facts.layout), facts.unreadable.data(),
              facts.unreadable.size());
  return bytes;
}

}  // namespace

Result<std::vector<std::byte>> read_v8_file(const ByteSource& file,
                                            std::span<const std::byte> /*question*/) {
  const auto symbols = read_v8_symbols(file);
  if (!symbols) {
    return symbols.error();
  }
  V8FileFacts facts;
  const auto layout = layout_of(symbols->constants);
  if (!layout) {
    facts.unreadable = layout.error().message();
    return encoded(facts);
  }
  facts.layout = *layout;
  facts.layout.bytecode_sizes = symbols->bytecode_sizes;
  if (!place_builtins(file, *symbols, facts.layout)) {
    facts.unreadable = "this build of V8 " + std::to_string(layout->major) + "." +
                       std::to_string(layout->minor) + " does not say where its built-ins are";
  }
  return encoded(facts);
}

Result<V8FileFacts> v8_facts_in(std::span<const std::byte> answer) {
  V8FileFacts facts;
  if (answer.size() < sizeof(facts.layout)) {
    return Error("what was read of V8's file is cut off");
  }
  std::memcpy(&facts.layout, answer.data(), sizeof(facts.layout));
  const auto rest = answer.subspan(sizeof(facts.layout));
  facts.unreadable.assign(reinterpret_cast<const char*>(rest.data()), rest.size());
  return facts;
}

}  // namespace culprit
