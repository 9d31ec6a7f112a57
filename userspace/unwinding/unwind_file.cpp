// SPDX-License-Identifier: Apache-2.0
#include "unwinding/unwind_file.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "symbols/elf_image.h"
#include "unwinding/build_table.h"
#include "unwinding/unwind_answer.h"

namespace culprit {
namespace {

/// Linkers make one or two.
constexpr std::size_t kMaxSegments = 16;

Result<std::vector<CodeSegment>> code_of(const ByteSource& source) {
  auto image = ElfImage::read(source);
  if (!image) {
    return std::move(image).error();
  }
  std::vector<CodeSegment> code;
  for (const ElfSegment& segment : image->segments()) {
    const bool executable = segment.type == PT_LOAD && (segment.flags & PF_X) != 0;
    if (executable && code.size() < kMaxSegments) {
      code.push_back({.file_offset = segment.file_offset,
                      .size = segment.file_size,
                      .address = segment.address});
    }
  }
  return code;
}

}  // namespace

std::optional<std::uint64_t> bias_of(std::span<const CodeSegment> code,
                                     std::uint64_t lowest_address, std::uint64_t start,
                                     std::uint64_t file_offset) {
  // Mappings begin on a page, segments anywhere in it.
  constexpr std::uint64_t kPage = 4096;
  for (const CodeSegment& segment : code) {
    const std::uint64_t first = segment.file_offset / kPage * kPage;
    if (file_offset >= first && file_offset < segment.file_offset + segment.size) {
      const std::uint64_t address = segment.address + (file_offset - segment.file_offset);
      return start - address + lowest_address;
    }
  }
  return std::nullopt;
}

Result<UnwindFile> read_unwind_file(const ByteSource& source) {
  auto code = code_of(source);
  if (!code) {
    return std::move(code).error();
  }
  auto table = build_unwind_table(source);
  if (!table) {
    return std::move(table).error();
  }
  return UnwindFile{.code = std::move(*code), .table = std::move(*table)};
}

Result<std::vector<std::byte>> build_unwind_file_answer(const ByteSource& source) {
  auto file = read_unwind_file(source);
  if (!file) {
    return std::move(file).error();
  }
  const auto table = encode_unwind_table(file->table);
  const std::uint64_t count = file->code.size();
  const std::size_t code_bytes = file->code.size() * sizeof(CodeSegment);
  std::vector<std::byte> answer(sizeof(count) + code_bytes + table.size());
  std::memcpy(answer.data(), &count, sizeof(count));
  if (code_bytes > 0) {
    std::memcpy(answer.data() + sizeof(count), file->code.data(), code_bytes);
  }
  std::ranges::copy(table, answer.begin() + static_cast<std::ptrdiff_t>(sizeof(count)) +
                               static_cast<std::ptrdiff_t>(code_bytes));
  return answer;
}

Result<UnwindFile> decode_unwind_file_answer(std::span<const std::byte> answer) {
  std::uint64_t count = 0;
  if (answer.size() < sizeof(count)) {
    return Error("an unwind answer is too short");
  }
  std::memcpy(&count, answer.data(), sizeof(count));
  answer = answer.subspan(sizeof(count));
  if (count > kMaxSegments || answer.size() < count * sizeof(CodeSegment)) {
    return Error("an unwind answer does not hold its segments");
  }
  UnwindFile file;
  file.code.resize(count);
  if (count > 0) {
    std::memcpy(file.code.data(), answer.data(), count * sizeof(CodeSegment));
  }
  auto table = decode_unwind_answer(answer.subspan(count * sizeof(CodeSegment)));
  if (!table) {
    return std::move(table).error();
  }
  file.table = std::move(*table);
  return file;
}

}  // namespace culprit
