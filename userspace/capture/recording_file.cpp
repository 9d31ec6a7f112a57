// SPDX-License-Identifier: Apache-2.0
#include "capture/recording_file.h"

#include <fmt/format.h>

#include <functional>
#include <tuple>
#include <utility>
#include <variant>

namespace culprit {
namespace {

template <typename Row>
std::string insert_sql(std::string_view table, std::string_view keys, std::string_view marks) {
  const ColumnNames columns = column_names<Row>();
  return fmt::format("INSERT OR REPLACE INTO {} ({}{}) VALUES ({}{})", table, keys, columns.names(),
                     marks, marks.empty() ? columns.marks().substr(2) : columns.marks());
}

StackShape shape_of(const RawStack& stack) {
  StackShape shape{.stack = stack.hash, .end = stack.end};
  for (const RawFrame& frame : stack.frames) {
    ++(frame.kind == FrameKind::Kernel ? shape.kernel_frames : shape.user_frames);
  }
  return shape;
}

auto identity_of(const Task& task) {
  return std::tie(task.process, task.tid, task.thread_start_boottime_ns, task.address_space,
                  task.cgroup, task.cgroup_v1, task.comm);
}

}  // namespace

std::size_t RecordingFile::TaskHash::operator()(const Task& task) const {
  return std::hash<Tid>{}(task.tid) * 31 + std::hash<ProcessKey>{}(task.process) +
         std::hash<std::string>{}(task.comm);
}

bool RecordingFile::SameTask::operator()(const Task& left, const Task& right) const {
  return identity_of(left) == identity_of(right);
}

Result<RecordingFile> RecordingFile::create(const std::string& path, KernelTime start) {
  auto database = Database::create(path);
  if (!database) {
    return std::move(database).error();
  }
  // Nothing reaches the file before a window is whole; the journal lives for that moment only.
  auto made = database->execute(
      "PRAGMA page_size=8192; PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL; "
      "PRAGMA cache_spill=OFF; PRAGMA locking_mode=NORMAL; BEGIN; " +
      schema_sql() + "COMMIT");
  if (!made) {
    return std::move(made).error().within(path);
  }
  RecordingFile file(std::move(*database), start);
  if (auto prepared = file.prepare(); !prepared) {
    return std::move(prepared).error().within(path);
  }
  return file;
}

template <typename... Rows>
Status RecordingFile::prepare_tables(const std::tuple<Rows...>* /*types*/) {
  Status status = Success{};
  const auto prepare_one = [this, &status]<typename Row>(Table<Row>& table) {
    auto statement = database_.prepare(insert_sql<Row>(kTable<Row>, "seq, ", "?"));
    if (statement) {
      table.insert = std::move(*statement);
    } else {
      status = std::move(statement).error();
    }
  };
  (prepare_one(std::get<Table<Rows>>(tables_)), ...);
  return status;
}

Status RecordingFile::prepare() {
  return prepare_tables(static_cast<const RecordedRows*>(nullptr));
}

Result<Statement*> RecordingFile::cached(const std::string& sql) {
  auto known = statements_.find(sql);
  if (known == statements_.end()) {
    auto made = database_.prepare(sql);
    if (!made) {
      return std::move(made).error();
    }
    known = statements_.emplace(sql, std::move(*made)).first;
  }
  return &known->second;
}

Numbering RecordingFile::numbering() {
  return {.of_stack = [this](StackHash hash) -> std::int64_t {
            if (hash == StackHash(0)) {
              return 0;
            }
            const auto next = static_cast<std::int64_t>(stack_numbers_.size()) + 1;
            const auto [known, added] = stack_numbers_.try_emplace(hash, next);
            if (added) {
              new_stacks_.emplace_back(next, hash);
            }
            return known->second;
          },
          .of_task =
              [this](const Task& task) {
                const auto next = static_cast<std::int64_t>(task_numbers_.size()) + 1;
                const auto [known, added] = task_numbers_.try_emplace(task, next);
                if (added) {
                  new_tasks_.emplace_back(next, task);
                }
                return known->second;
              }};
}

template <typename Row, typename... Keys>
Status RecordingFile::insert(Statement& statement, const Row& row, Keys... keys) {
  const Numbering numbers = numbering();
  RowBinder binder(statement, start_, numbers);
  binder.after(keys...);
  columns(binder, row);
  return statement.run();
}

Status RecordingFile::write_sample(const Sample& sample) {
  return std::visit(
      [this]<typename Row>(const Row& row) -> Status {
        if constexpr (std::is_same_v<Row, StackCopy> || std::is_same_v<Row, FramePlaces>) {
          return Success{};  // what is made of them comes as a stack and as a CallWatch
        } else if constexpr (std::is_same_v<Row, RawStack>) {
          if (!shaped_.insert(row.hash).second) {
            return Success{};
          }
          auto statement = cached(insert_sql<StackShape>("raw_stacks", "", ""));
          return statement ? insert(**statement, shape_of(row))
                           : Status(std::move(statement).error());
        } else {
          return insert(*std::get<Table<Row>>(tables_).insert, row, next_seq_++);
        }
      },
      sample);
}

Status RecordingFile::write_stacks(const Batch& batch) {
  auto frames = cached(insert_sql<ResolvedFrame>("frames", "id, ", "?"));
  auto stacks = cached("INSERT INTO stacks (id, caller, frame) VALUES (?, ?, ?)");
  auto namings = cached(
      "INSERT OR REPLACE INTO stack_names (stack, pid, started, space, stack_end, named_stack) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  if (!frames || !stacks || !namings) {
    return Error("cannot prepare");
  }
  Status status = Success{};
  for (const auto& [id, frame] : batch.frames) {
    if (status) {
      status = insert(**frames, frame, id);
    }
  }
  for (const NumberedStack& stack : batch.stacks) {
    if (status) {
      Statement& row = **stacks;
      row.bind(0, std::int64_t{stack.id});
      row.bind(1, std::int64_t{stack.caller});
      row.bind(2, std::int64_t{stack.frame});
      status = row.run();
    }
  }
  const Numbering numbers = numbering();
  for (const StackNaming& naming : batch.namings) {
    if (status) {
      Statement& row = **namings;
      row.bind(0, numbers.of_stack(naming.stack));
      row.bind(1, std::int64_t{naming.process.pid.value()});
      row.bind(2, static_cast<std::int64_t>(naming.process.start_boottime_ns));
      row.bind(3, static_cast<std::int64_t>(naming.address_space.value()));
      row.bind(4, static_cast<std::int64_t>(naming.end));
      row.bind(5, std::int64_t{naming.named});
      status = row.run();
    }
  }
  return status;
}

Status RecordingFile::write_answers(const Batch& batch) {
  auto containers = cached(insert_sql<Container>("containers", "v2, v1, ", "?, ?"));
  auto processes =
      cached(insert_sql<ProcessFacts>("processes", "asked_pid, asked_started, ", "?, ?"));
  auto facts = cached("INSERT OR REPLACE INTO recording (name, value) VALUES (?, ?)");
  if (!containers || !processes || !facts) {
    return Error("cannot prepare");
  }
  Status status = Success{};
  for (const ContainerAnswer& answer : batch.containers) {
    if (status) {
      status = insert(**containers, answer.container, answer.v2.value(), answer.v1.value());
    }
  }
  for (const ProcessAnswer& answer : batch.processes) {
    if (status) {
      status = insert(**processes, answer.facts, answer.asked.pid.value(),
                      answer.asked.start_boottime_ns);
    }
  }
  for (const auto& [name, value] : batch.facts) {
    if (status) {
      (*facts)->bind(0, std::string_view(name));
      (*facts)->bind(1, std::string_view(value));
      status = (*facts)->run();
    }
  }
  return status;
}

Status RecordingFile::write_new_numbers() {
  auto stacks = cached("INSERT INTO stack_hashes (id, hash) VALUES (?, ?)");
  auto tasks = cached(insert_sql<Task>("tasks", "id, ", "?"));
  if (!stacks || !tasks) {
    return Error("cannot prepare");
  }
  Status status = Success{};
  for (const auto& [id, hash] : std::exchange(new_stacks_, {})) {
    if (status) {
      (*stacks)->bind(0, id);
      (*stacks)->bind(1, static_cast<std::int64_t>(hash.value()));
      status = (*stacks)->run();
    }
  }
  for (const auto& [id, task] : std::exchange(new_tasks_, {})) {
    if (status) {
      status = insert(**tasks, task, id);
    }
  }
  return status;
}

Status RecordingFile::end_window(const WindowBounds& bounds) {
  auto window = cached(
      "INSERT INTO windows (first_seq, last_seq, start_ns, end_ns) "
      "VALUES (?, ?, ?, ?)");
  if (!window) {
    return std::move(window).error();
  }
  (*window)->bind(0, window_first_seq_);
  (*window)->bind(1, next_seq_ - 1);
  (*window)->bind(2, std::chrono::nanoseconds(bounds.start - start_).count());
  (*window)->bind(3, std::chrono::nanoseconds(bounds.end - start_).count());
  auto status = (*window)->run();
  if (status) {
    status = database_.execute("COMMIT");
  }
  window_first_seq_ = next_seq_;
  in_window_ = false;
  return status;
}

Status RecordingFile::write(const Batch& batch) {
  Status status = Success{};
  if (!in_window_) {
    status = database_.execute("BEGIN");
    in_window_ = true;
  }
  for (const Sample& sample : batch.samples) {
    if (status) {
      status = write_sample(sample);
    }
  }
  if (status) {
    status = write_stacks(batch);
  }
  if (status) {
    status = write_answers(batch);
  }
  if (status) {
    status = write_new_numbers();
  }
  if (status && batch.window) {
    status = end_window(*batch.window);
  }
  return status;
}

}  // namespace culprit
