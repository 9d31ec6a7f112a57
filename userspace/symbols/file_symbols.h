// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "symbols/debug_info.h"
#include "symbols/debug_link.h"
#include "symbols/elf_symbols.h"
#include "symbols/go_table.h"
#include "symbols/mini_debug_info.h"
#include "symbols/plt_names.h"
#include "symbols/worker_message.h"

namespace culprit {

/// All that the worker process knows of one binary: its own tables, the packed ones inside of it,
/// those of its debug file, Go's, and its debug information, which is opened when it is first
/// wanted.
class FileSymbols {
 public:
  /// Error: the file is no ELF file, or lies about its tables.
  static Result<FileSymbols> open(UniqueFd file);
  /// Error: that is not the debug file of this file.
  Status take_debug_file(UniqueFd file);

  /// The functions at the offset in the file, outermost first; empty: none.
  std::vector<AnsweredFrame> frames_at(std::uint64_t file_offset, SymbolDetail detail);

  [[nodiscard]] const ElfImage& image() const { return symbols_.image(); }
  [[nodiscard]] const std::optional<DebugLink>& debug_link() const { return debug_link_; }
  /// Whether a debug file could tell more.
  [[nodiscard]] bool wants_debug_file() const;
  /// Heap in use, debug information not counted.
  [[nodiscard]] std::size_t memory_bytes() const;
  /// Gives back what debug information takes, until it is wanted again; false when that is nothing.
  bool drop_debug_info();
  /// Gives back memory of mapped files.
  void forget_pages() const;

 private:
  struct DebugFile {
    UniqueFd descriptor;
    ElfSymbols symbols;
  };

  FileSymbols(UniqueFd file, ElfSymbols symbols);

  [[nodiscard]] std::string function_at(std::uint64_t address) const;
  DebugInfo* debug_info();

  UniqueFd file_;
  ElfSymbols symbols_;
  bool has_symtab_ = false;
  bool has_debug_info_ = false;
  std::optional<DebugLink> debug_link_;
  std::optional<MiniDebugInfo> packed_;
  std::optional<GoTable> go_;
  PltNames plt_;
  std::unique_ptr<DebugFile> debug_file_;
  std::unique_ptr<DebugInfo> debug_info_;
  bool debug_info_unusable_ = false;
};

}  // namespace culprit
