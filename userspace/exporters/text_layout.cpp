// SPDX-License-Identifier: Apache-2.0
#include "exporters/text_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace culprit {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

/// The blocks of combining marks, and those of Unicode's East Asian Width W and F, coarsely.
constexpr std::array kNoColumn = {
    Range{0x300, 0x36F},   Range{0x483, 0x489},   Range{0x591, 0x5BD},   Range{0x610, 0x61A},
    Range{0x64B, 0x65F},   Range{0xE31, 0xE31},   Range{0xE34, 0xE3A},   Range{0xE47, 0xE4E},
    Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x20D0, 0x20FF}, Range{0xFE20, 0xFE2F}};
constexpr std::array kTwoColumns = {
    Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},   Range{0x3041, 0xA4CF},
    Range{0xA960, 0xA97F},   Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},
    Range{0xFE30, 0xFE6F},   Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},
    Range{0x1F300, 0x1F64F}, Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1FAFF},
    Range{0x20000, 0x3FFFD}};

template <std::size_t Count>
bool contains(const std::array<Range, Count>& ranges, std::uint32_t value) {
  return std::any_of(ranges.begin(), ranges.end(), [value](const Range& range) {
    return value >= range.first && value <= range.last;
  });
}

/// One letter of valid UTF-8: its bytes and its columns.
struct Letter {
  std::string_view bytes;
  std::size_t columns;
};

Letter first_letter(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  std::uint32_t value = lead;
  if (lead >= 0xF0U) {
    length = 4, value = lead & 0x07U;
  } else if (lead >= 0xE0U) {
    length = 3, value = lead & 0x0FU;
  } else if (lead >= 0xC0U) {
    length = 2, value = lead & 0x1FU;
  }
  length = std::min(length, text.size());
  for (std::size_t index = 1; index < length; ++index) {
    value = (value << 6U) | (static_cast<unsigned char>(text[index]) & 0x3FU);
  }
  if (length == 1) {
    return {text.substr(0, 1), 1};
  }
  const std::size_t wide = contains(kTwoColumns, value) ? 2 : 1;
  return {text.substr(0, length), contains(kNoColumn, value) ? 0 : wide};
}

std::vector<Letter> letters_of(std::string_view text) {
  std::vector<Letter> letters;
  while (!text.empty()) {
    letters.push_back(first_letter(text));
    text.remove_prefix(letters.back().bytes.size());
  }
  return letters;
}

std::string_view next_word(std::string_view& text) {
  const std::size_t start = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(start);
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(word.size());
  return word;
}

constexpr std::string_view kReset = "\x1b[0m";

std::string_view sequence(Style style) {
  switch (style) {
    case Style::Label:
      return "\x1b[1m";
    case Style::Quiet:
      return "\x1b[2m";
    case Style::Command:
      return "\x1b[1;36m";
    case Style::Bad:
      return "\x1b[1;31m";
    case Style::Doubtful:
      return "\x1b[1;33m";
    case Style::Good:
      return "\x1b[1;32m";
    case Style::Plain:
      break;
  }
  return {};
}

bool is_unit(std::string_view word) {
  constexpr std::array<std::string_view, 12> kUnits = {
      "%", "s", "ms", "min", "h", "d", "core", "cores", "MB/s", "KiB", "MiB", "GiB"};
  word = word.substr(0, word.find_last_not_of(",;:)") + 1);
  return std::ranges::find(kUnits, word) != kUnits.end();
}

/// A number and its unit stay together: takes the number from the line's end when `word` is a unit.
std::string take_number_of(std::string_view word, std::string& line) {
  constexpr std::size_t kLongestNumber = 12;
  const std::size_t space = line.rfind(' ');
  if (!is_unit(word) || space == std::string::npos || line.size() - space > kLongestNumber ||
      line.back() < '0' || line.back() > '9') {
    return {};
  }
  std::string number = line.substr(space + 1) + ' ';
  line.resize(space);
  return number;
}

}  // namespace

std::string ascii_only(std::string_view text) {
  std::string result;
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < text.size(); ++index) {
    const auto byte = static_cast<unsigned char>(text[index]);
    if (byte < 0x80U) {
      result += text[index];
      continue;
    }
    const bool lead = byte >= 0xC0U;
    const std::uint32_t lead_bits =
        byte >= 0xF0U ? byte & 0x07U : byte & (byte >= 0xE0U ? 0x0FU : 0x1FU);
    value = lead ? lead_bits : (value << 6U) | (byte & 0x3FU);
    const bool last =
        index + 1 == text.size() || (static_cast<unsigned char>(text[index + 1]) & 0xC0U) != 0x80U;
    if (last) {
      result += fmt::format("\\u{{{:04X}}}", value);
    }
  }
  return result;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Letter letter = first_letter(text);
    columns += letter.columns;
    text.remove_prefix(letter.bytes.size());
  }
  return columns;
}

std::size_t columns_of(const Line& line) {
  std::size_t columns = 0;
  for (const Span& span : line) {
    columns += columns_of(span.text);
  }
  return columns;
}

std::string cut_middle(std::string_view text, std::size_t columns) {
  constexpr std::string_view kGap = "...";
  if (columns_of(text) <= columns) {
    return std::string(text);
  }
  if (columns <= kGap.size()) {
    return std::string(kGap.substr(0, columns));
  }
  const std::size_t kept = columns - kGap.size();
  const std::vector<Letter> letters = letters_of(text);
  std::string head;
  std::size_t used = 0;
  for (const Letter& letter : letters) {
    if (used + letter.columns > (kept + 1) / 2) {
      break;
    }
    head += letter.bytes;
    used += letter.columns;
  }
  std::size_t tail_start = letters.size();
  while (tail_start > 0 && used + letters[tail_start - 1].columns <= kept) {
    used += letters[--tail_start].columns;
  }
  std::string tail;
  for (std::size_t index = tail_start; index < letters.size(); ++index) {
    tail += letters[index].bytes;
  }
  return head + std::string(kGap) + tail;
}

std::vector<std::string> wrap(std::string_view text, std::size_t first, std::size_t others) {
  std::vector<std::string> lines(1);
  for (std::string_view word = next_word(text); !word.empty(); word = next_word(text)) {
    const std::size_t room = lines.size() == 1 ? first : others;
    std::string& line = lines.back();
    if (line.empty()) {
      line = cut_middle(word, room);
    } else if (columns_of(line) + 1 + columns_of(word) <= room) {
      line += ' ';
      line += word;
    } else {
      const std::string number = take_number_of(word, line);
      lines.push_back(number + cut_middle(word, others - number.size()));
    }
  }
  return lines;
}

void align_right(std::vector<Line>& lines, const std::string& right, std::size_t columns) {
  constexpr std::size_t kGap = 2;
  const std::size_t width = columns_of(right);
  std::size_t used = lines.empty() ? columns : columns_of(lines.back());
  if (used + kGap + width > columns) {
    lines.emplace_back();
    used = 0;
  }
  lines.back().push_back({std::string(columns - width - used, ' '), Style::Plain});
  lines.back().push_back({right, Style::Plain});
}

void TextPage::append(const Span& span) {
  const std::string_view start = colours_ ? sequence(span.style) : std::string_view();
  text_ += start;
  text_ += span.text;
  text_ += start.empty() ? std::string_view() : kReset;
}

void TextPage::line(const Line& line) {
  for (const Span& span : line) {
    append(span);
  }
  text_ += '\n';
}

void TextPage::row(std::string_view label, const std::vector<Line>& body) {
  const std::size_t indent = std::max(kLabelColumns, label.empty() ? 0 : label.size() + 1);
  append({std::string(label), Style::Label});
  text_ += std::string(indent - label.size(), ' ');
  for (std::size_t index = 0; index < body.size(); ++index) {
    if (index > 0) {
      text_ += std::string(indent, ' ');
    }
    line(body[index]);
  }
}

void TextPage::paragraph(std::string_view label, std::string_view text, Style style) {
  constexpr std::size_t kHang = 2;
  const std::size_t room = kPageColumns - std::max(kLabelColumns, label.size() + 1);
  std::vector<Line> body;
  for (std::string& piece : wrap(text, room, room - kHang)) {
    Line line;
    if (!body.empty()) {
      line.push_back({std::string(kHang, ' '), Style::Plain});
    }
    line.push_back({std::move(piece), style});
    body.push_back(std::move(line));
  }
  row(label, body);
}

}  // namespace culprit
