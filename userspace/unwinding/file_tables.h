// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "symbols/executable_range.h"
#include "unwinding/copied_stack.h"
#include "unwinding/table_maker.h"

namespace culprit {

/// The vdso is a file of its own kind, the same in all 64-bit processes.
inline constexpr FileId kVdsoFile{0xffffffff};

/// Which of the mapped files have a table, are about to get one, or have none. Main thread only.
class FileTables {
 public:
  struct Sides {
    /// Has a table made, told of by accept(); false: the file is not open.
    std::function<bool(FileId file, bool sampled)> ask;
    /// It has been sampled by now.
    std::function<void(FileId file)> hurry;
    std::function<void(std::uint32_t number)> drop;
  };

  explicit FileTables(Sides sides) : sides_(std::move(sides)) {}

  /// Asks for the table of the file that is mapped there, unless that was done before.
  void ask(const ExecutableRange& range, bool sampled);
  /// Frame pointers are all there is.
  [[nodiscard]] bool has_none(const ExecutableRange& range) const;
  void accept(const MadeTable& table);
  /// The table is forgotten, `forgotten` is told, then the table is dropped. It is asked for again
  /// when it is needed again.
  void evict(FileId file, const std::function<void(FileId)>& forgotten);
  /// The files that have a table.
  [[nodiscard]] std::vector<FileId> loaded() const;

  /// What the kernel part is told of a mapping.
  [[nodiscard]] culprit_unwind_mapping mapping_of(const ExecutableRange& range) const;
  /// What is known of an address inside of it.
  [[nodiscard]] CodeFacts code_at(const ExecutableRange& range, std::uint64_t address,
                                  std::span<const culprit_unwind_rule> rules) const;
  /// Of all tables; one that several files share is counted for each.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t bytes_of(FileId file) const;

  static FileId file_of(const ExecutableRange& range) {
    return range.kind == MappingKind::Vdso ? kVdsoFile : range.file;
  }

 private:
  struct Entry {
    bool asked = false;
    bool sampled = false;
    bool made = false;
    MadeTable table;
  };

  Sides sides_;
  std::unordered_map<FileId, Entry> entries_;
  std::uint64_t bytes_ = 0;
};

}  // namespace culprit
