// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/result.h"
#include "base/unique_fd.h"
#include "symbols/file_symbols.h"
#include "symbols/worker_message.h"

namespace culprit {

/// What the worker process knows: symbols of the files asked for last, bounded in memory and in
/// open files. A pure function of the queries and the files' content.
class WorkerTables {
 public:
  /// Answers one query. `file` is the file asked about, needed when its table is not kept; or its
  /// debug file, which is kept with it.
  SymbolAnswer answer(const SymbolQuery& query, UniqueFd file);

 private:
  struct Table {
    FileSymbols symbols;
    std::uint64_t last_use = 0;
  };

  Result<FileSymbols*> table_of(const SymbolQuery& query, UniqueFd descriptor);
  void make_room();
  void drop_debug_info_until_it_fits();

  std::unordered_map<std::uint32_t, Table> tables_;
  std::uint64_t uses_ = 0;
};

}  // namespace culprit
