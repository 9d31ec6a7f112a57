// SPDX-License-Identifier: Apache-2.0
#include "symbols/worker_tables.h"

#include <malloc.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace culprit {
namespace {

/// Each may hold two descriptors.
constexpr std::size_t kMaxTables = 48;
constexpr std::size_t kMaxTableBytes = std::size_t{24} * 1024 * 1024;
/// With what libdw makes of debug information, which only the heap knows the size of.
constexpr std::size_t kMaxHeapBytes = std::size_t{20} * 1024 * 1024;

constexpr std::size_t kOffsetsBetweenForgetting = 32;

std::size_t heap_in_use() {
  const struct mallinfo2 heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

}  // namespace

SymbolAnswer WorkerTables::answer(const SymbolQuery& query, UniqueFd file) {
  SymbolAnswer answer{.id = query.id};
  const auto table = table_of(query, std::move(file));
  if (!table) {
    answer.error = table.error().message();
    return answer;
  }
  FileSymbols& symbols = **table;
  answer.build_id = symbols.image().build_id();
  answer.wants_debug_file = symbols.wants_debug_file();
  if (answer.wants_debug_file && symbols.debug_link()) {
    answer.debug_link = symbols.debug_link()->file_name;
  }
  for (const std::uint64_t offset : query.file_offsets) {
    answer.frames.push_back(symbols.frames_at(offset, query.detail));
    // Each may have been in a unit of its own.
    drop_debug_info_until_it_fits();
    if (answer.frames.size() % kOffsetsBetweenForgetting == 0) {
      symbols.forget_pages();
    }
  }
  symbols.forget_pages();
  return answer;
}

Result<FileSymbols*> WorkerTables::table_of(const SymbolQuery& query, UniqueFd descriptor) {
  const auto known = tables_.find(query.file);
  if (known != tables_.end()) {
    known->second.last_use = ++uses_;
    FileSymbols* const symbols = &known->second.symbols;
    if (query.passed == PassedFile::DebugFile && descriptor.valid()) {
      if (auto taken = symbols->take_debug_file(std::move(descriptor)); !taken) {
        return std::move(taken).error();
      }
      make_room();
    }
    return symbols;
  }
  if (!descriptor.valid() || query.passed != PassedFile::Binary) {
    return Error("the file is not open any more");
  }
  auto symbols = FileSymbols::open(std::move(descriptor));
  if (!symbols) {
    return std::move(symbols).error();
  }
  const auto [place, added] =
      tables_.emplace(query.file, Table{.symbols = *std::move(symbols), .last_use = ++uses_});
  make_room();
  return &place->second.symbols;
}

/// Drops the tables used longest ago; the newest stays, however large.
void WorkerTables::make_room() {
  for (;;) {
    std::size_t bytes = 0;
    auto oldest = tables_.begin();
    for (auto table = tables_.begin(); table != tables_.end(); ++table) {
      bytes += table->second.symbols.memory_bytes();
      oldest = table->second.last_use < oldest->second.last_use ? table : oldest;
    }
    if (tables_.size() <= 1 || (tables_.size() <= kMaxTables && bytes <= kMaxTableBytes)) {
      return;
    }
    tables_.erase(oldest);
  }
}

void WorkerTables::drop_debug_info_until_it_fits() {
  if (heap_in_use() <= kMaxHeapBytes) {
    return;
  }
  std::vector<Table*> oldest_first;
  oldest_first.reserve(tables_.size());
  for (auto& [file, table] : tables_) {
    oldest_first.push_back(&table);
  }
  std::ranges::sort(oldest_first, {}, &Table::last_use);
  for (Table* table : oldest_first) {
    if (table->symbols.drop_debug_info() && heap_in_use() <= kMaxHeapBytes) {
      break;
    }
  }
  ::malloc_trim(0);
}

}  // namespace culprit
