// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "base/result.h"
#include "capture/batch.h"
#include "capture/cells.h"
#include "capture/database.h"
#include "capture/schema.h"

namespace culprit {

/// A recording while it is written: one transaction for each window, so that whoever opens the file
/// sees whole windows, whenever the writer was killed. One thread at a time.
class RecordingFile {
 public:
  /// Times in the file count from `start`.
  static Result<RecordingFile> create(const std::string& path, KernelTime start);

  /// Takes in a batch; with a window's bounds it is on the disk when this returns.
  Status write(const Batch& batch);

 private:
  struct Statements;
  template <typename Row>
  struct Table {
    std::optional<Statement> insert;
  };
  template <typename Tuple>
  struct Tables;
  template <typename... Rows>
  struct Tables<std::tuple<Rows...>> {
    using Type = std::tuple<Table<Rows>...>;
  };
  struct TaskHash {
    std::size_t operator()(const Task& task) const;
  };
  struct SameTask {
    bool operator()(const Task& left, const Task& right) const;
  };

  RecordingFile(Database database, KernelTime start)
      : database_(std::move(database)), start_(start) {}
  Status prepare();
  template <typename... Rows>
  Status prepare_tables(const std::tuple<Rows...>* types);
  Result<Statement*> cached(const std::string& sql);
  template <typename Row, typename... Keys>
  Status insert(Statement& statement, const Row& row, Keys... keys);
  Status write_sample(const Sample& sample);
  Status write_answers(const Batch& batch);
  Status write_stacks(const Batch& batch);
  Status end_window(const WindowBounds& bounds);
  /// The numbers given while a row was bound get their own rows.
  Status write_new_numbers();
  [[nodiscard]] Numbering numbering();

  Database database_;
  KernelTime start_;
  std::map<std::string, Statement> statements_;
  Tables<RecordedRows>::Type tables_;
  bool in_window_ = false;
  std::int64_t next_seq_ = 1;
  std::int64_t window_first_seq_ = 1;
  std::unordered_map<StackHash, std::int64_t> stack_numbers_;
  std::unordered_set<StackHash> shaped_;
  std::unordered_map<Task, std::int64_t, TaskHash, SameTask> task_numbers_;
  std::vector<std::pair<std::int64_t, StackHash>> new_stacks_;
  std::vector<std::pair<std::int64_t, Task>> new_tasks_;
};

}  // namespace culprit
