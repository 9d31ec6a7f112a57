// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace culprit {

// How text is laid out in columns of a terminal. Texts are UTF-8 without control characters.

inline constexpr std::size_t kPageColumns = 80;

/// What a terminal without UTF-8 can show: some of its code pages take bytes above 0x7F for
/// control codes.
std::string ascii_only(std::string_view text);

/// Columns that `text` takes: two for wide East Asian letters and emoji, none for combining marks.
std::size_t columns_of(std::string_view text);

/// `text` in at most `columns` columns: a longer one loses its middle, which "..." stands for,
/// since names differ at their ends.
std::string cut_middle(std::string_view text, std::size_t columns);

/// Breaks `text` at spaces into lines of at most `first` columns for the first one and `others` for
/// those after it. A word longer than its line loses its middle. Never empty.
std::vector<std::string> wrap(std::string_view text, std::size_t first, std::size_t others);

/// What a piece of text means to the reader; colours when the page has them.
enum class Style : std::uint8_t { Plain, Label, Quiet, Command, Bad, Doubtful, Good };

struct Span {
  std::string text;
  Style style = Style::Plain;
};

/// One line of a row's body.
using Line = std::vector<Span>;

std::size_t columns_of(const Line& line);

/// Puts `right` at the right edge of the last line when there is room for it, else on a line of its
/// own. `columns` is the width of the body.
void align_right(std::vector<Line>& lines, const std::string& right, std::size_t columns);

/// A page of rows: a label in the first columns, a body beside it.
class TextPage {
 public:
  static constexpr std::size_t kLabelColumns = 9;
  static constexpr std::size_t kBodyColumns = kPageColumns - kLabelColumns;

  /// With `colours`, styles become ANSI sequences; without, the page holds no escape sequence.
  explicit TextPage(bool colours) : colours_(colours) {}

  void line(const Line& line);
  void blank_line() { text_ += '\n'; }
  /// Lines after the first are indented to the body, or to the label's end when that is longer.
  void row(std::string_view label, const std::vector<Line>& body);
  void row(std::string_view label, const Line& body) { row(label, std::vector<Line>{body}); }
  /// Wraps `text`; lines after the first hang by two columns.
  void paragraph(std::string_view label, std::string_view text, Style style = Style::Plain);

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  void append(const Span& span);

  bool colours_;
  std::string text_;
};

}  // namespace culprit
