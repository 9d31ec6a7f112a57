// SPDX-License-Identifier: Apache-2.0
#include "capture/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "capture/cells.h"

namespace culprit {
namespace {

/// One row of `columns` for each observation; `seq` counts through all these tables.
template <typename Row>
std::string observations_table() {
  return fmt::format("CREATE TABLE {} (seq INTEGER PRIMARY KEY, {})", kTable<Row>,
                     column_names<Row>().names());
}

template <typename... Rows>
void add_observations(std::vector<std::string>& statements, const std::tuple<Rows...>* /*types*/) {
  (statements.push_back(observations_table<Rows>()), ...);
}

std::vector<std::string> statements() {
  std::vector<std::string> all = {
      "CREATE TABLE recording (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
      "CREATE TABLE windows (id INTEGER PRIMARY KEY, first_seq, last_seq, start_ns, end_ns)",
      "CREATE TABLE stack_hashes (id INTEGER PRIMARY KEY, hash)",
      fmt::format("CREATE TABLE raw_stacks ({}, PRIMARY KEY (stack)) WITHOUT ROWID",
                  column_names<StackShape>().names()),
      fmt::format("CREATE TABLE tasks (id INTEGER PRIMARY KEY, {})", column_names<Task>().names()),
      fmt::format("CREATE TABLE frames (id INTEGER PRIMARY KEY, {})",
                  column_names<ResolvedFrame>().names()),
      "CREATE TABLE stacks (id INTEGER PRIMARY KEY, caller, frame)",
      fmt::format("CREATE TABLE stack_names ({0}, stack_end, named_stack, PRIMARY KEY ({0})) "
                  "WITHOUT ROWID",
                  "stack, pid, started, space"),
      fmt::format("CREATE TABLE containers (v2, v1, {}, PRIMARY KEY (v2, v1)) WITHOUT ROWID",
                  column_names<Container>().names()),
      fmt::format("CREATE TABLE processes (asked_pid, asked_started, {}, "
                  "PRIMARY KEY (asked_pid, asked_started)) WITHOUT ROWID",
                  column_names<ProcessFacts>().names())};
  add_observations(all, static_cast<const RecordedRows*>(nullptr));
  all.emplace_back(
      "CREATE VIEW cpu AS SELECT s.seq, s.time / 1e9 AS second, c.name AS container, c.image, "
      "t.pid, t.tid, t.comm, s.context, f.function, f.file, f.line, f.module, n.named_stack "
      "FROM samples s JOIN tasks t ON t.id = s.task "
      "LEFT JOIN containers c ON c.v2 = t.cgroup AND c.v1 = t.cgroup_v1 "
      "LEFT JOIN stack_names n ON n.stack = s.stack AND (n.pid, n.started, n.space) IN "
      "((t.pid, t.started, t.space), (0, 0, 0)) "
      "LEFT JOIN stacks k ON k.id = n.named_stack LEFT JOIN frames f ON f.id = k.frame");
  return all;
}

Result<std::int64_t> number(const Database& database, std::string_view sql) {
  auto query = database.prepare(sql);
  if (!query) {
    return std::move(query).error();
  }
  auto row = query->step();
  if (!row) {
    return std::move(row).error();
  }
  return *row ? query->integer(0) : 0;
}

}  // namespace

std::string schema_sql() {
  std::string sql = fmt::format("PRAGMA application_id={};\nPRAGMA user_version={};\n",
                                kApplicationId, kSchemaVersion);
  for (const std::string& statement : statements()) {
    sql += statement + ";\n";
  }
  return sql;
}

Status check_schema(const Database& database) {
  const auto application = number(database, "PRAGMA application_id");
  if (!application) {
    return application.error();
  }
  if (*application != kApplicationId) {
    return Error("it is not a recording");
  }
  const auto version = number(database, "PRAGMA user_version");
  if (!version) {
    return version.error();
  }
  if (*version != kSchemaVersion) {
    return Error(fmt::format("it has version {} of the format, this program reads version {}",
                             *version, kSchemaVersion));
  }
  const std::vector<std::string> wanted = statements();
  std::set<std::string, std::less<>> missing(wanted.begin(), wanted.end());
  auto query = database.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL");
  if (!query) {
    return std::move(query).error();
  }
  Status known = query->each_row([&](const Statement& row) -> Status {
    const auto same = missing.find(row.bytes(0));
    if (same == missing.end()) {
      return Error("its tables are not those of a recording");
    }
    missing.erase(same);
    return Success{};
  });
  if (!known) {
    return known;
  }
  return missing.empty() ? Status(Success{}) : Error("some of its tables are missing");
}

}  // namespace culprit
