// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "symbols/go_layout.h"

namespace culprit::test {

/// One function of a table: 64 bytes of code, of which the second half is one line further down.
struct BuiltGoFunction {
  std::string name;
  std::string file;
  std::uint32_t line = 1;
};

inline constexpr std::uint64_t kGoText = 0x401000;
inline constexpr std::uint64_t kGoFunctionBytes = 64;

/// Writes Go's table of functions in the layout of any version, without inlined calls.
class GoTableBuilder {
 public:
  explicit GoTableBuilder(GoVersion version) : version_(version) {}

  std::vector<std::byte> build(std::span<const BuiltGoFunction> functions) {
    const std::size_t entry = version_ >= GoVersion::Go118 ? 4 : 8;
    const bool old = version_ == GoVersion::Go12;
    // Names, files and values first; offsets count from their own parts but for the oldest.
    std::string names(1, '\0');
    std::string files(1, '\0');
    std::string values(1, '\0');
    std::string units;
    std::string list;
    std::string records;
    const std::size_t list_bytes = (2 * functions.size() + 1) * entry;
    const std::uint64_t header = old ? 16 : 8 + 8 * (version_ >= GoVersion::Go118 ? 8 : 7);
    const std::uint64_t parts = old ? header + list_bytes + 4 : header;
    std::string strings;  // of the oldest layout
    for (std::size_t index = 0; index < functions.size(); ++index) {
      const BuiltGoFunction& function = functions[index];
      const std::uint64_t address = kGoText + kGoFunctionBytes * index;
      const auto name = static_cast<std::uint32_t>(names.size());
      names += function.name + '\0';
      const auto file = static_cast<std::uint32_t>(files.size());
      files += function.file + '\0';
      append(units, file, 4);
      const auto file_values = static_cast<std::uint32_t>(values.size());
      const auto file_number = static_cast<std::int32_t>(old ? index + 1 : 0);
      append_value(values, file_number + 1, kGoFunctionBytes);
      values += '\0';
      const auto line_values = static_cast<std::uint32_t>(values.size());
      append_value(values, static_cast<std::int32_t>(function.line) + 1, kGoFunctionBytes / 2);
      append_value(values, 1, kGoFunctionBytes / 2);
      values += '\0';
      append(list, entry == 4 ? address - kGoText : address, entry);
      append(list, list_bytes + records.size(), entry);
      std::string record;
      append(record, entry == 4 ? address - kGoText : address, entry);
      for (const std::uint32_t word : {name, 0U, 0U, 0U, file_values, line_values, 0U,
                                       static_cast<std::uint32_t>(index), 0U, 0U, 0U}) {
        append(record, word, 4);
      }
      records += record;
    }
    append(list, (entry == 4 ? 0 : kGoText) + kGoFunctionBytes * functions.size(), entry);
    return old ? finish_old(functions.size(), names, files, values, units, list, records, parts)
               : finish(functions.size(), header, {names, units, files, values, list + records});
  }

 private:
  static void append(std::string& text, std::uint64_t number, std::size_t bytes) {
    for (std::size_t index = 0; index < bytes; ++index) {
      text += static_cast<char>(number >> (8 * index));
    }
  }
  static void append_number(std::string& text, std::uint32_t number) {
    for (; number >= 0x80; number >>= 7U) {
      text += static_cast<char>((number & 0x7FU) | 0x80U);
    }
    text += static_cast<char>(number);
  }
  static void append_value(std::string& text, std::int32_t change, std::uint64_t length) {
    append_number(text, static_cast<std::uint32_t>(change) << 1U);
    append_number(text, static_cast<std::uint32_t>(length));
  }
  std::string beginning() const {
    constexpr std::uint32_t kMagics[] = {0xFFFFFFFB, 0xFFFFFFFA, 0xFFFFFFF0, 0xFFFFFFF1};
    std::string text;
    append(text, kMagics[static_cast<std::size_t>(version_)], 4);
    append(text, 0x0801'0000, 4);
    return text;
  }
  static std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
  }

  std::vector<std::byte> finish(std::size_t count, std::uint64_t offset,
                                const std::vector<std::string>& parts) const {
    std::string text = beginning();
    append(text, count, 8);
    append(text, count, 8);
    if (version_ >= GoVersion::Go118) {
      append(text, kGoText, 8);
    }
    std::string rest;
    for (const std::string& part : parts) {
      append(text, offset + rest.size(), 8);
      rest += part;
    }
    return bytes_of(text + rest);
  }

  /// Every offset counts from the table's beginning.
  std::vector<std::byte> finish_old(std::size_t count, const std::string& names,
                                    const std::string& files, const std::string& values,
                                    const std::string& units, std::string list, std::string records,
                                    std::uint64_t parts) const {
    const std::size_t entry = 8;
    const std::size_t record_bytes = records.size() / count;
    const std::uint64_t names_at = parts + records.size();
    const std::uint64_t values_at = names_at + names.size();
    const std::uint64_t files_at = values_at + values.size();
    const std::uint64_t file_list_at = files_at + files.size();
    for (std::size_t index = 0; index < count; ++index) {
      add(list, (2 * index + 1) * entry, 16 + 4, 8);
      const std::size_t record = index * record_bytes + entry;
      add(records, record, names_at, 4);
      add(records, record + 16, values_at, 4);
      add(records, record + 20, values_at, 4);
    }
    std::string text = beginning();
    append(text, count, 8);
    text += list;
    append(text, file_list_at, 4);
    text += records + names + values + files;
    append(text, count + 1, 4);
    for (std::size_t index = 0; index < count; ++index) {
      std::uint32_t file = 0;
      std::memcpy(&file, units.data() + 4 * index, sizeof file);
      append(text, files_at + file, 4);
    }
    return bytes_of(text);
  }

  static void add(std::string& text, std::size_t at, std::uint64_t number, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, text.data() + at, bytes);
    value += number;
    std::memcpy(text.data() + at, &value, bytes);
  }

  GoVersion version_;
};

}  // namespace culprit::test
