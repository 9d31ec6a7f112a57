// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.h"
#include "symbols/mapped_files.h"
#include "unwinding/block_tree.h"
#include "unwinding/rule_book.h"
#include "unwinding/unwind_file.h"

namespace culprit {

/// A file's table where the kernel part looks for it.
struct MadeTable {
  FileId file;
  std::uint32_t number = CULPRIT_TABLE_NONE;  ///< or enum culprit_unwind_special
  std::uint32_t middle_blocks = 0;
  std::uint64_t lowest_address = 0;
  std::vector<CodeSegment> code;
  std::span<const culprit_unwind_block> blocks{};  ///< until the table is dropped
  std::string failure{};  ///< why there is none, though the file may have one
};

/// How often something found no room or did not work.
struct TableLosses {
  std::uint64_t failed = 0;       ///< files that could not be read
  std::uint64_t tables_full = 0;  ///< no number, or no memory, left
  std::uint64_t rules_full = 0;   ///< more kinds of rules than fit
};

/// Makes unwind tables, one after another, on a thread of its own: reading a file takes up to a
/// second, and so may the kernel. Files with the same code and rules share a table.
class TableMaker {
 public:
  /// What it needs of others; called on its thread.
  struct Sides {
    std::function<Result<UnwindFile>(FileId file, int descriptor)> read_file;
    /// Puts the blocks where the kernel part finds them, and tells where that is.
    std::function<Result<std::span<const culprit_unwind_block>>(
        std::uint32_t number, std::span<const culprit_unwind_block> blocks)>
        put_table;
    std::function<void(std::uint32_t number)> drop_table;
    std::span<culprit_unwind_rule> rules;
    /// Called first in the thread: for its priority. May be empty.
    std::function<void()> prepare_thread{};
  };
  struct Job {
    FileId file;
    UniqueFd descriptor;
    std::uint64_t bytes = 0;            ///< of the file: small ones first
    bool sampled = false;               ///< before those that are only mapped
    std::optional<UnwindFile> known{};  ///< no need to read anything
  };

  explicit TableMaker(Sides sides);
  TableMaker(const TableMaker&) = delete;
  TableMaker& operator=(const TableMaker&) = delete;
  ~TableMaker();

  void want(Job job);
  /// The file has been sampled by now.
  void hurry(FileId file);
  /// Nobody uses the file's table any more.
  void drop(std::uint32_t number);
  std::vector<MadeTable> take_made();
  TableLosses take_losses();

 private:
  struct Kept {
    std::span<const culprit_unwind_block> blocks;
    std::vector<std::uint16_t> rules;
    std::uint64_t content = 0;  ///< a hash of it
    std::uint32_t users = 0;
  };

  struct LaidOut {
    BlockTree tree;
    std::vector<std::uint16_t> rules;
  };

  void run();
  bool next(std::optional<Job>& job, std::vector<std::uint32_t>& dropped);
  MadeTable make(Job job);
  MadeTable load(FileId file, UnwindFile content);
  Result<LaidOut> lay_out(const UnwindTable& table);
  Result<std::uint32_t> keep(const LaidOut& table);
  std::optional<std::uint32_t> same_table(std::span<const culprit_unwind_block> blocks,
                                          std::uint64_t content) const;
  std::optional<std::uint32_t> free_number() const;
  void release(std::uint32_t number);

  Sides sides_;
  // Of its thread:
  RuleBook book_;
  std::map<std::uint32_t, Kept> kept_;

  std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  std::vector<Job> jobs_;
  std::vector<std::uint32_t> dropped_;
  std::vector<MadeTable> made_;
  TableLosses losses_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace culprit
