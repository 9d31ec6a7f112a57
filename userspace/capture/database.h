// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace culprit {

/// One prepared statement of a Database, which must outlive it. Columns and parameters are counted
/// from 0.
class Statement {
 public:
  void bind(int index, std::int64_t value);
  void bind(int index, double value);
  /// Kept as a blob when it holds a zero byte, which would end a text.
  void bind(int index, std::string_view bytes);
  void bind_null(int index);

  /// Runs to the next row: true while there is one. After false or an error it may be bound anew.
  Result<bool> step();
  /// Runs a statement that gives no rows.
  Status run();
  /// Ends a query before its last row.
  void reset();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] bool is_integer(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// Good until the next step.
  [[nodiscard]] std::string_view bytes(int column) const;

 private:
  friend class Database;
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}

  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

/// A SQLite file, opened so that what a stranger put into it can neither run code nor write.
class Database {
 public:
  /// Makes a new file with mode 0600; one that is there already, a link included, is replaced.
  static Result<Database> create(const std::string& path);
  /// To read only. Looks at no content yet.
  static Result<Database> open(const std::string& path);
  /// The same of a file's bytes in memory.
  static Result<Database> from_bytes(std::span<const std::byte> bytes);

  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  [[nodiscard]] Status execute(const std::string& sql) const;

 private:
  struct Closer {
    void operator()(sqlite3* database) const;
  };
  explicit Database(sqlite3* database) : database_(database) {}
  static Result<Database> adopt(sqlite3* database, int code, std::string_view attempted);
  [[nodiscard]] Status distrust() const;

  std::unique_ptr<sqlite3, Closer> database_;
};

}  // namespace culprit
