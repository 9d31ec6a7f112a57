// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "symbols/byte_source.h"
#include "symbols/elf_image.h"
#include "symbols/go_layout.h"
#include "symbols/worker_message.h"

namespace culprit {

/// Functions, files, lines and inlined calls of a Go program, from the table that Go's own runtime
/// needs and that no stripping removes. Nothing is kept but where it lies; every look-up reads the
/// file. Inlined calls are known since Go 1.18.
class GoTable {
 public:
  /// Looks for the table where Go and the linkers put it; nothing when this is no Go program.
  static std::optional<GoTable> find(const ElfImage& image, const ByteSource& source);
  /// `text_start` is used where the table does not say.
  GoTable(const ByteSource& source, const GoLayout& layout, std::uint64_t text_start);

  /// The function at the address and what was inlined into it, outermost first; empty: none.
  [[nodiscard]] std::vector<AnsweredFrame> frames_at(std::uint64_t address, bool inlines) const;
  /// Where inlined calls are described: an address, and how addresses lie in the file.
  void set_inline_data(const ElfImage& image, std::uint64_t address);
  [[nodiscard]] const GoLayout& layout() const { return layout_; }

 private:
  struct Function {
    std::uint64_t entry = 0;   ///< address of the first instruction
    std::uint64_t record = 0;  ///< offset in the table
  };
  /// A call that was inlined, as the tree of inlined calls has it.
  struct InlinedCall {
    std::uint32_t name = 0;
    std::uint32_t call_offset = 0;  ///< of the caller's instruction, in the function
  };

  [[nodiscard]] std::optional<std::uint64_t> number(std::uint64_t offset, std::size_t bytes) const;
  [[nodiscard]] std::uint32_t field(const Function& function, std::size_t index) const;
  [[nodiscard]] std::string text(std::uint64_t offset) const;
  [[nodiscard]] std::optional<Function> function_at(std::uint64_t address) const;
  [[nodiscard]] std::optional<std::int64_t> value_at(const Function& function, std::uint32_t table,
                                                     std::uint64_t address) const;
  [[nodiscard]] std::string file_at(const Function& function, std::uint64_t address) const;
  [[nodiscard]] std::uint32_t line_at(const Function& function, std::uint64_t address) const;
  [[nodiscard]] std::optional<std::uint64_t> inline_tree_of(const Function& function) const;
  [[nodiscard]] std::optional<InlinedCall> inlined_call(std::uint64_t tree,
                                                        std::int64_t index) const;
  [[nodiscard]] AnsweredFrame frame_at(const Function& function, std::uint32_t name,
                                       std::uint64_t address) const;

  ByteSource source_;
  GoLayout layout_;
  std::uint64_t text_start_;
  std::optional<std::uint64_t> inline_data_;  ///< offset in the file
};

}  // namespace culprit
