// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <elfutils/libdw.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "symbols/dwarf_units.h"
#include "symbols/elf_image.h"
#include "symbols/mapped_elf.h"
#include "symbols/worker_message.h"

namespace culprit {

/// Whether an image has DWARF that tells lines.
bool has_debug_info(const ElfImage& image, const ByteSource& source);

/// Source lines and inlined calls of one ELF file, from its DWARF by libdw. Reads the units that
/// are asked for, when they are; what it keeps of them goes with it. For the worker process only:
/// hostile DWARF may crash it, hang it or eat its memory.
class DebugInfo {
 public:
  /// Error: there is none, or more of it is compressed than may be unpacked.
  static Result<DebugInfo> open(int descriptor, const ElfImage& image);

  DebugInfo(DebugInfo&&) noexcept = default;
  // Its parts go in the order opposite to that in which they came.
  DebugInfo& operator=(DebugInfo&&) = delete;
  DebugInfo(const DebugInfo&) = delete;
  DebugInfo& operator=(const DebugInfo&) = delete;
  ~DebugInfo() = default;

  /// What is known of the address, in the file's own addresses: the function, then what was inlined
  /// into it, outermost first; empty: nothing. A function without a name has an empty one. Names
  /// are demangled. Without `inlines` it is the function and the line of the innermost.
  std::vector<AnsweredFrame> frames_at(std::uint64_t address, bool inlines);

  /// Gives back memory of the file itself, not what was made of it.
  void forget_pages() const { file_.forget_pages(); }

 private:
  struct Closer {
    void operator()(Elf* elf) const { ::elf_end(elf); }
    void operator()(Dwarf* dwarf) const { ::dwarf_end(dwarf); }
  };

  DebugInfo(MappedElf file, std::unique_ptr<Elf, Closer> elf, std::unique_ptr<Dwarf, Closer> dwarf);

  MappedElf file_;
  std::unique_ptr<Elf, Closer> elf_;
  std::unique_ptr<Dwarf, Closer> dwarf_;
  std::unique_ptr<DwarfUnits> units_;
};

}  // namespace culprit
