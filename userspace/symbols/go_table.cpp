// SPDX-License-Identifier: Apache-2.0
#include "symbols/go_table.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace culprit {
namespace {

constexpr std::size_t kMaxTextBytes = 4096;
constexpr std::size_t kMaxValueBytes = std::size_t{1} * 1024 * 1024;
constexpr std::size_t kMaxInlineDepth = 64;
constexpr std::size_t kPcdataOfInlinedCalls = 2;
constexpr std::size_t kFuncdataOfInlinedCalls = 3;
constexpr std::uint32_t kNoData = UINT32_MAX;

/// Indices of the 32-bit words of a record that follow the entry, of all versions.
constexpr std::size_t kName = 0;
constexpr std::size_t kValuesOfFile = 4;
constexpr std::size_t kValuesOfLine = 5;
constexpr std::size_t kPcdataCount = 6;
constexpr std::size_t kUnit = 7;

/// Reads bytes one by one from windows of a part of a file.
class ByteReader {
 public:
  ByteReader(const ByteSource& source, std::uint64_t offset, std::uint64_t end)
      : source_(source), offset_(offset), end_(end) {}

  std::optional<std::uint8_t> next() {
    if (used_ == filled_) {
      filled_ = offset_ < end_ ? std::min<std::uint64_t>(window_.size(), end_ - offset_) : 0;
      if (filled_ == 0 || !source_.read(offset_, std::span(window_).first(filled_))) {
        return std::nullopt;
      }
      offset_ += filled_;
      used_ = 0;
    }
    return std::to_integer<std::uint8_t>(window_.at(used_++));
  }

  /// Seven bits a byte, the lowest first; the highest bit says that more follow.
  std::optional<std::uint32_t> variable_length_number() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 7) {
      const auto byte = next();
      if (!byte) {
        return std::nullopt;
      }
      value |= (*byte & 0x7FU) << shift;
      if ((*byte & 0x80U) == 0) {
        return value;
      }
    }
    return std::nullopt;
  }

 private:
  const ByteSource& source_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::array<std::byte, 256> window_{};
  std::size_t used_ = 0;
  std::size_t filled_ = 0;
};

/// Even numbers are positive, odd ones negative.
std::int64_t signed_of(std::uint32_t folded) {
  const auto half = static_cast<std::int64_t>(folded >> 1U);
  return (folded & 1U) != 0 ? -half - 1 : half;
}

}  // namespace

GoTable::GoTable(const ByteSource& source, const GoLayout& layout, std::uint64_t text_start)
    : source_(source),
      layout_(layout),
      text_start_(layout.text_start != 0 ? layout.text_start : text_start) {
  if (layout.version < GoVersion::Go118) {
    text_start_ = 0;
  }
}

std::optional<std::uint64_t> GoTable::number(std::uint64_t offset, std::size_t bytes) const {
  std::uint64_t value = 0;
  const auto target = std::as_writable_bytes(std::span(&value, 1)).first(bytes);
  const bool inside = offset < layout_.size && bytes <= layout_.size - offset;
  return inside && source_.read(layout_.file_offset + offset, target) ? std::optional(value)
                                                                      : std::nullopt;
}

std::uint32_t GoTable::field(const Function& function, std::size_t index) const {
  const std::uint64_t offset = function.record + layout_.entry_bytes() + 4 * index;
  return static_cast<std::uint32_t>(number(offset, 4).value_or(0));
}

std::string GoTable::text(std::uint64_t offset) const {
  std::string text;
  if (offset >= layout_.size) {
    return text;
  }
  ByteReader reader(source_, layout_.file_offset + offset, layout_.file_offset + layout_.size);
  for (auto byte = reader.next(); byte && *byte != 0 && text.size() < kMaxTextBytes;
       byte = reader.next()) {
    text.push_back(static_cast<char>(*byte));
  }
  return text;
}

std::optional<GoTable::Function> GoTable::function_at(std::uint64_t address) const {
  const std::size_t bytes = layout_.entry_bytes();
  const auto entry_of = [&](std::uint64_t index) {
    return text_start_ + number(layout_.functions + 2 * bytes * index, bytes).value_or(0);
  };
  std::uint64_t low = 0;
  std::uint64_t high = layout_.function_count;
  if (address < entry_of(0) || address >= entry_of(high)) {
    return std::nullopt;
  }
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    (entry_of(middle) <= address ? low : high) = middle;
  }
  const auto record = number(layout_.functions + (2 * low + 1) * bytes, bytes);
  if (!record || *record >= layout_.size - layout_.records) {
    return std::nullopt;
  }
  return Function{.entry = entry_of(low), .record = layout_.records + *record};
}

/// A table of values: how much the value changes, then for how many bytes of code it holds, again
/// and again; the value starts at -1.
std::optional<std::int64_t> GoTable::value_at(const Function& function, std::uint32_t table,
                                              std::uint64_t address) const {
  if (table == 0 || table >= layout_.size - layout_.values) {
    return std::nullopt;
  }
  const std::uint64_t begin = layout_.file_offset + layout_.values + table;
  const std::uint64_t end = layout_.file_offset + layout_.size;
  ByteReader reader(source_, begin, std::min(end, begin + kMaxValueBytes));
  std::int64_t value = -1;
  std::uint64_t until = function.entry;
  for (bool first = true;; first = false) {
    const auto change = reader.variable_length_number();
    const auto length = change ? reader.variable_length_number() : std::nullopt;
    if (!length || (*change == 0 && !first)) {
      return std::nullopt;
    }
    value += signed_of(*change);
    until += std::uint64_t{*length} * layout_.quantum;
    if (address < until) {
      return value;
    }
  }
}

std::string GoTable::file_at(const Function& function, std::uint64_t address) const {
  const auto file = value_at(function, field(function, kValuesOfFile), address);
  if (!file || *file < 0 || *file > INT32_MAX) {
    return {};
  }
  const auto index = static_cast<std::uint64_t>(*file);
  if (layout_.version == GoVersion::Go12) {
    const auto name = number(layout_.files + 4 * index, 4);
    return name ? text(*name) : std::string();
  }
  const auto name = number(layout_.units + 4 * (field(function, kUnit) + index), 4);
  return name && *name != kNoData ? text(layout_.files + *name) : std::string();
}

std::uint32_t GoTable::line_at(const Function& function, std::uint64_t address) const {
  const auto line = value_at(function, field(function, kValuesOfLine), address);
  return line && *line > 0 && *line < INT32_MAX ? static_cast<std::uint32_t>(*line) : 0;
}

AnsweredFrame GoTable::frame_at(const Function& function, std::uint32_t name,
                                std::uint64_t address) const {
  return {.function = text(layout_.names + name),
          .file = file_at(function, address),
          .line = line_at(function, address),
          .inlined = false};
}

void GoTable::set_inline_data(const ElfImage& image, std::uint64_t address) {
  for (const ElfSegment& segment : image.segments()) {
    if (address >= segment.address && address - segment.address < segment.file_size) {
      inline_data_ = segment.file_offset + (address - segment.address);
      return;
    }
  }
}

/// The record's fixed part is followed by tables of values, then by offsets of other data.
std::optional<std::uint64_t> GoTable::inline_tree_of(const Function& function) const {
  if (!inline_data_) {
    return std::nullopt;
  }
  const std::size_t fixed = layout_.version == GoVersion::Go120 ? 44 : 40;
  const auto funcdata_count = number(function.record + fixed - 1, 1);
  const std::uint32_t pcdata_count = field(function, kPcdataCount);
  if (!funcdata_count || *funcdata_count <= kFuncdataOfInlinedCalls ||
      pcdata_count <= kPcdataOfInlinedCalls) {
    return std::nullopt;
  }
  const auto data = number(
      function.record + fixed + 4 * (std::uint64_t{pcdata_count} + kFuncdataOfInlinedCalls), 4);
  return data && *data != kNoData ? std::optional(*inline_data_ + *data) : std::nullopt;
}

std::optional<GoTable::InlinedCall> GoTable::inlined_call(std::uint64_t tree,
                                                          std::int64_t index) const {
  const bool recent = layout_.version == GoVersion::Go120;
  const std::size_t bytes = recent ? 16 : 20;
  std::array<std::uint32_t, 2> words{};
  const std::uint64_t at = tree + static_cast<std::uint64_t>(index) * bytes + (recent ? 4 : 12);
  if (!source_.read(at, std::as_writable_bytes(std::span(words)))) {
    return std::nullopt;
  }
  return InlinedCall{.name = words[0], .call_offset = words[1]};
}

std::vector<AnsweredFrame> GoTable::frames_at(std::uint64_t address, bool inlines) const {
  std::vector<AnsweredFrame> frames;
  const auto function = function_at(address);
  if (!function) {
    return frames;
  }
  const auto tree = inlines ? inline_tree_of(*function) : std::nullopt;
  const std::size_t fixed = layout_.version == GoVersion::Go120 ? 44 : 40;
  const auto indices =
      tree ? number(function->record + fixed + 4 * kPcdataOfInlinedCalls, 4) : std::nullopt;
  std::uint64_t at = address;
  while (indices && frames.size() < kMaxInlineDepth) {
    const auto index = value_at(*function, static_cast<std::uint32_t>(*indices), at);
    const auto call = index && *index >= 0 ? inlined_call(*tree, *index) : std::nullopt;
    if (!call) {
      break;
    }
    frames.push_back(frame_at(*function, call->name, at));
    frames.back().inlined = true;
    at = function->entry + call->call_offset;
  }
  frames.push_back(frame_at(*function, field(*function, kName), at));
  std::ranges::reverse(frames);
  // An inlined call without a name hides what is around it less when it is not shown.
  std::erase_if(frames, [](const AnsweredFrame& frame) { return frame.function.empty(); });
  return frames;
}

}  // namespace culprit
