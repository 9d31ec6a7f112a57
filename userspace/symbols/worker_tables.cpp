// SPDX-License-Identifier: Apache-2.0
#include "symbols/worker_tables.h"

#include <algorithm>
#include <utility>

#include "symbols/demangle.h"

namespace culprit {
namespace {

constexpr std::size_t kMaxTables = 96;
constexpr std::size_t kMaxTableBytes = std::size_t{24} * 1024 * 1024;

std::vector<AnsweredFrame> frames_at(const ElfSymbols& symbols, std::uint64_t file_offset) {
  const auto address = symbols.image().address_of(file_offset);
  const auto symbol = address ? symbols.find(*address) : std::nullopt;
  if (!symbol) {
    return {};
  }
  return {{.function = demangled(symbol->name), .file = {}, .line = 0, .inlined = false}};
}

}  // namespace

SymbolAnswer WorkerTables::answer(const SymbolQuery& query, UniqueFd file) {
  SymbolAnswer answer{.id = query.id, .error = {}, .build_id = {}, .frames = {}};
  const auto table = table_of(query.file, std::move(file));
  if (!table) {
    answer.error = table.error().message();
    return answer;
  }
  const ElfSymbols& symbols = (*table)->symbols;
  answer.build_id = symbols.image().build_id();
  for (const std::uint64_t offset : query.file_offsets) {
    answer.frames.push_back(frames_at(symbols, offset));
  }
  return answer;
}

Result<const WorkerTables::Table*> WorkerTables::table_of(std::uint32_t file, UniqueFd descriptor) {
  const auto known = tables_.find(file);
  if (known != tables_.end()) {
    known->second.last_use = ++uses_;
    return &std::as_const(known->second);
  }
  if (!descriptor.valid()) {
    return Error("the file is not open any more");
  }
  auto symbols = ElfSymbols::read(ByteSource::of_descriptor(descriptor.get()));
  if (!symbols) {
    return std::move(symbols).error();
  }
  Table table{std::move(descriptor), *std::move(symbols), ++uses_};
  const auto [place, added] = tables_.emplace(file, std::move(table));
  make_room();
  return &std::as_const(place->second);
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

}  // namespace culprit
