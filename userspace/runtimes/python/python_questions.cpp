// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/python_questions.h"

#include "runtimes/python/bytes.h"

namespace culprit {
namespace {

/// Before each name's bytes.
struct NameHeader {
  std::uint32_t line;
  std::uint16_t function_bytes;
  std::uint16_t file_bytes;
};

std::string text_of(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

void append_text(std::vector<std::byte>& bytes, const std::string& text) {
  const auto more = std::as_bytes(std::span(text));
  bytes.insert(bytes.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::byte> encode_names(std::span<const PythonName> names) {
  std::vector<std::byte> bytes;
  for (const PythonName& name : names) {
    python::append(bytes,
                   NameHeader{.line = name.line,
                              .function_bytes = static_cast<std::uint16_t>(name.function.size()),
                              .file_bytes = static_cast<std::uint16_t>(name.file.size())});
    append_text(bytes, name.function);
    append_text(bytes, name.file);
  }
  return bytes;
}

std::optional<std::vector<PythonName>> decode_names(std::span<const std::byte> answer,
                                                    std::size_t count) {
  std::vector<PythonName> names;
  while (names.size() < count) {
    const auto header = python::value_in<NameHeader>(answer, 0);
    if (!header) {
      return std::nullopt;
    }
    answer = answer.subspan(sizeof(NameHeader));
    const std::size_t function = header->function_bytes;
    if (answer.size() < function + header->file_bytes) {
      return std::nullopt;
    }
    names.push_back({.function = text_of(answer.first(function)),
                     .file = text_of(answer.subspan(function, header->file_bytes)),
                     .line = header->line});
    answer = answer.subspan(function + header->file_bytes);
  }
  return answer.empty() ? std::optional(std::move(names)) : std::nullopt;
}

}  // namespace culprit
