// SPDX-License-Identifier: Apache-2.0
#include "runtimes/jit/jit_dump.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace culprit {
namespace {

constexpr std::uint32_t kMagic = 0x4A695444;
constexpr std::uint32_t kVersion = 1;
constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30U;
/// Names and lines of one function; the code itself, which follows the name, is not read.
constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 20U;

enum RecordKind : std::uint32_t { kCodeLoad = 0, kDebugInfo = 2 };

struct FileHeader {
  std::uint32_t magic, version, total_size, machine, padding, pid;
  std::uint64_t timestamp, flags;
};

struct RecordHeader {
  std::uint32_t kind, total_size;
  std::uint64_t timestamp;
};

struct CodeLoad {
  std::uint32_t pid, tid;
  std::uint64_t virtual_address, code_address, code_size, code_index;
};

struct DebugInfo {
  std::uint64_t code_address, entry_count;
};

/// Lines of the code that is loaded next.
struct LineEntry {
  std::uint64_t address;
  std::uint32_t line;
  std::string file;
};

template <typename Value>
bool take(std::span<const std::byte>& bytes, Value& value) {
  if (bytes.size() < sizeof value) {
    return false;
  }
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes = bytes.subspan(sizeof value);
  return true;
}

/// Up to the zero byte, or to the end where there is none.
std::string take_text(std::span<const std::byte>& bytes) {
  const auto zero = std::ranges::find(bytes, std::byte{0});
  const auto length = static_cast<std::size_t>(zero - bytes.begin());
  std::string text(length, '\0');
  std::ranges::transform(bytes.first(length), text.begin(),
                         [](std::byte byte) { return static_cast<char>(byte); });
  bytes = bytes.subspan(std::min(length + 1, bytes.size()));
  return text;
}

struct Lines {
  std::uint64_t code_address = 0;
  std::vector<LineEntry> entries;
};

Lines lines_of(std::span<const std::byte> body) {
  Lines lines;
  DebugInfo info{};
  if (!take(body, info)) {
    return lines;
  }
  lines.code_address = info.code_address;
  for (std::uint64_t index = 0; index < info.entry_count && !body.empty(); ++index) {
    LineEntry entry{};
    std::uint32_t discriminator = 0;
    if (!take(body, entry.address) || !take(body, entry.line) || !take(body, discriminator)) {
      break;
    }
    entry.file = take_text(body);
    // The mark for "as in the entry before".
    if (entry.file == "\xff" && !lines.entries.empty()) {
      entry.file = lines.entries.back().file;
    }
    lines.entries.push_back(std::move(entry));
  }
  std::ranges::stable_sort(lines.entries, {}, &LineEntry::address);
  return lines;
}

void take_load(std::span<const std::byte> body, const Lines& lines, WantedCode& wanted) {
  CodeLoad load{};
  if (!take(body, load)) {
    return;
  }
  const std::string function = take_text(body);
  if (function.empty()) {
    return;
  }
  for (const WantedCode::Place& place : wanted.tell(load.code_address, load.code_size, function)) {
    if (lines.code_address != load.code_address) {
      continue;
    }
    auto entry = std::ranges::upper_bound(lines.entries, place.address, {}, &LineEntry::address);
    if (entry != lines.entries.begin()) {
      --entry;
      place.frame->file = entry->file.substr(0, kMaxAnswerTextBytes);
      place.frame->line = entry->line;
    }
  }
}

}  // namespace

bool is_jit_dump(const ByteSource& file) {
  std::uint32_t magic = 0;
  return file.read(0, std::as_writable_bytes(std::span(&magic, 1))) && magic == kMagic;
}

Status read_jit_dump(const ByteSource& file, WantedCode& wanted) {
  FileHeader header{};
  if (!file.read(0, std::as_writable_bytes(std::span(&header, 1))) || header.magic != kMagic ||
      header.version != kVersion || header.total_size < sizeof header) {
    return Error("not a jitdump file of version 1");
  }
  const std::uint64_t end = std::min(file.size(), kMaxFileBytes);
  Lines lines;
  std::vector<std::byte> body;
  for (std::uint64_t offset = header.total_size; offset < end;) {
    RecordHeader record{};
    // The last record may be in the making.
    if (!file.read(offset, std::as_writable_bytes(std::span(&record, 1)))) {
      break;
    }
    if (record.total_size < sizeof record) {
      return Error("a jitdump record of an impossible length");
    }
    if (record.kind == kCodeLoad || record.kind == kDebugInfo) {
      const std::uint64_t begin = offset + sizeof record;
      body.resize(std::min<std::uint64_t>(
          {record.total_size - sizeof record, kMaxRecordBytes, end - std::min(begin, end)}));
      if (!file.read(begin, body)) {
        break;
      }
      if (record.kind == kDebugInfo) {
        lines = lines_of(body);
      } else {
        take_load(body, lines, wanted);
      }
    }
    offset += record.total_size;
  }
  return Success{};
}

}  // namespace culprit
