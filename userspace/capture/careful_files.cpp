// SPDX-License-Identifier: Apache-2.0
#include "capture/careful_files.h"

#include <sqlite3.h>

#include <string_view>

namespace culprit {
namespace {

sqlite3_vfs* usual_files() {
  static sqlite3_vfs* const kUsual = sqlite3_vfs_find(nullptr);
  return kUsual;
}

int open_file(sqlite3_vfs* files, const char* name, sqlite3_file* file, int flags, int* given) {
  file->pMethods = nullptr;  // nothing to be closed
  if ((flags & SQLITE_OPEN_SUPER_JOURNAL) != 0) {
    return SQLITE_CORRUPT;  // a recording never has one
  }
  return usual_files()->xOpen(files, name, file, flags, given);
}

int delete_file(sqlite3_vfs* files, const char* name, int sync_directory) {
  if (!std::string_view(name).ends_with("-journal")) {
    return SQLITE_CORRUPT;
  }
  return usual_files()->xDelete(files, name, sync_directory);
}

/// The usual way in all but opening and deleting; SQLite's methods find their data in the copy.
const char* registered() {
  if (usual_files() == nullptr) {
    return nullptr;
  }
  static sqlite3_vfs careful = *usual_files();
  careful.zName = "careful";
  careful.pNext = nullptr;
  careful.xOpen = open_file;
  careful.xDelete = delete_file;
  return sqlite3_vfs_register(&careful, /*makeDflt=*/0) == SQLITE_OK ? careful.zName : nullptr;
}

}  // namespace

const char* careful_files() {
  static const char* const kName = registered();
  return kName;
}

}  // namespace culprit
