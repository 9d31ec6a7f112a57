// SPDX-License-Identifier: Apache-2.0
#include "capture/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/unique_fd.h"
#include "capture/careful_files.h"

namespace culprit {
namespace {

constexpr int kLongestValue = 1 << 20;
constexpr int kLongestStatement = 1 << 16;

std::string sentence_of(int code, const char* message) {
  switch (code & 0xff) {
    case SQLITE_NOTADB:
      return "it is not a recording";
    case SQLITE_CORRUPT:
      return "it is damaged or cut off";
    case SQLITE_FULL:
      return "the disk is full";
    default:
      return message;
  }
}

Error error_of(sqlite3* database, int code) {
  return Error(
      sentence_of(code, database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database)));
}

/// SQLite would make it with the mode of the umask, and would follow a link.
Status make_empty_file(const std::string& path) {
  for (const char* companion : {"-journal", "-wal", "-shm"}) {
    ::unlink((path + companion).c_str());
  }
  struct stat there {};
  if (::lstat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode)) {
    return Error(path + ": there is something that is no file");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return Error::from_errno("replace " + path, errno);
  }
  const UniqueFd file(
      ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
  return file.valid() ? Status(Success{}) : Error::from_errno("make " + path, errno);
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::bind(int index, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), index + 1, value);
}

void Statement::bind(int index, double value) {
  sqlite3_bind_double(statement_.get(), index + 1, value);
}

void Statement::bind(int index, std::string_view bytes) {
  const bool text = bytes.find('\0') == std::string_view::npos;
  const char* begin = bytes.empty() ? "" : bytes.data();
  if (text) {
    sqlite3_bind_text64(statement_.get(), index + 1, begin, bytes.size(), SQLITE_TRANSIENT,
                        SQLITE_UTF8);
  } else {
    sqlite3_bind_blob64(statement_.get(), index + 1, begin, bytes.size(), SQLITE_TRANSIENT);
  }
}

void Statement::bind_null(int index) {
  sqlite3_bind_null(statement_.get(), index + 1);
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  sqlite3_reset(statement_.get());
  if (code == SQLITE_DONE) {
    return false;
  }
  return error_of(sqlite3_db_handle(statement_.get()), code);
}

Status Statement::run() {
  auto stepped = step();
  if (!stepped) {
    return std::move(stepped).error();
  }
  reset();
  return Success{};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

bool Statement::is_integer(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_INTEGER;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string_view Statement::bytes(int column) const {
  const void* begin = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return begin == nullptr
             ? std::string_view()
             : std::string_view(static_cast<const char*>(begin), static_cast<std::size_t>(size));
}

void Database::Closer::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);
}

Result<Database> Database::adopt(sqlite3* database, int code, std::string_view attempted) {
  Database owned(database);
  if (code != SQLITE_OK) {
    return error_of(database, code).within(attempted);
  }
  sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kLongestValue);
  sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, kLongestStatement);
  sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
  return owned;
}

Status Database::distrust() const {
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  return execute("PRAGMA cell_size_check=ON; PRAGMA mmap_size=0; PRAGMA query_only=ON");
}

Result<Database> Database::create(const std::string& path) {
  if (auto made = make_empty_file(path); !made) {
    return std::move(made).error();
  }
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database,
                                   SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  return adopt(database, code, path);
}

Result<Database> Database::open(const std::string& path) {
  struct stat there {};
  if (::stat(path.c_str(), &there) != 0) {
    return Error::from_errno("open " + path, errno);
  }
  if (!S_ISREG(there.st_mode)) {
    return Error(path + ": it is no file");
  }
  const bool has_journal = ::access((path + "-journal").c_str(), F_OK) == 0;
  // Only where a killed writer left a journal is there something to be undone first.
  const int mode = has_journal ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const char* const files = careful_files();
  if (files == nullptr) {
    return Error(path + ": SQLite cannot be told to be careful");
  }
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &database, mode | SQLITE_OPEN_NOMUTEX, files);
  auto opened = adopt(database, code, path);
  if (opened) {
    if (auto distrusted = opened->distrust(); !distrusted) {
      return std::move(distrusted).error().within(path);
    }
  }
  return opened;
}

Result<Database> Database::from_bytes(std::span<const std::byte> bytes) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(":memory:", &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  auto opened = adopt(database, code, "bytes");
  if (!opened) {
    return opened;
  }
  auto* copy = static_cast<unsigned char*>(sqlite3_malloc64(bytes.size() + 1));
  if (copy == nullptr) {
    return Error("not enough memory");
  }
  if (!bytes.empty()) {
    std::memcpy(copy, bytes.data(), bytes.size());
  }
  const auto size = static_cast<sqlite3_int64>(bytes.size());
  if (sqlite3_deserialize(database, "main", copy, size, size,
                          SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_READONLY) !=
      SQLITE_OK) {
    return error_of(database, sqlite3_errcode(database));
  }
  if (auto distrusted = opened->distrust(); !distrusted) {
    return std::move(distrusted).error();
  }
  return opened;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) {
    return error_of(database_.get(), code);
  }
  return Statement(statement);
}

Status Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status(Success{}) : error_of(database_.get(), code);
}

}  // namespace culprit
