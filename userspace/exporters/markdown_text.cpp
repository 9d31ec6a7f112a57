// SPDX-License-Identifier: Apache-2.0
#include "exporters/markdown_text.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/display_text.h"

namespace culprit {
namespace {

constexpr std::size_t kMostBytes = 1024;

bool contains(std::string_view text, std::string_view piece) {
  return text.find(piece) != std::string_view::npos;
}

/// Addresses, mentions, issue numbers and emoji codes become live in tickets even when escaped:
/// only code is left alone.
bool comes_alive(std::string_view word) {
  constexpr std::array<std::string_view, 6> kTriggers = {"@",    "://", "www.",
                                                         "WWW.", "#",   "mailto:"};
  return std::any_of(kTriggers.begin(), kTriggers.end(),
                     [&](std::string_view trigger) { return contains(word, trigger); });
}

std::string escaped(char letter) {
  constexpr std::string_view kMarkup = "\\`*_[]|~$";
  switch (letter) {
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '&':
      return "&amp;";
    default:
      break;
  }
  return kMarkup.find(letter) == std::string_view::npos ? std::string(1, letter)
                                                        : std::string("\\") + letter;
}

/// Alone at the start of a line "1." or "-" would begin a list, "---" draw a rule, "===" turn the
/// line before into a heading.
std::string escape_start(std::string text) {
  const std::string_view word = std::string_view(text).substr(0, text.find(' '));
  const std::size_t digits = std::min(word.find_first_not_of("0123456789"), word.size());
  if (!word.empty() && word.find_first_not_of("+-=") == std::string_view::npos) {
    text.insert(0, "\\");
  } else if (digits > 0 && digits + 1 == word.size() &&
             (word.back() == '.' || word.back() == ')')) {
    text.insert(digits, "\\");
  }
  return text;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    result += escaped(letter);
  }
  return result;
}

/// For words that would come alive but must not stand as code: a space of no width after each
/// letter that would begin a link or a mention.
std::string defused(std::string_view word) {
  constexpr std::string_view kTriggers = "@#:.";
  constexpr std::string_view kZeroWidthSpace = "\u200B";
  std::string result;
  for (const char letter : word) {
    result += escaped(letter);
    if (kTriggers.find(letter) != std::string_view::npos) {
      result += kZeroWidthSpace;
    }
  }
  return result;
}

/// Code shows entities as they are, so '<' and '&' cannot be escaped there; and not every reader of
/// Markdown leaves code alone.
bool may_be_code(std::string_view text) {
  return text.find_first_of("<>&") == std::string_view::npos;
}

/// Backticks in the longest run of `text`.
std::size_t longest_fence(std::string_view text) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char letter : text) {
    run = letter == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string markdown_code(std::string_view text) {
  const std::string shown = displayable(text, kMostBytes);
  if (!may_be_code(shown)) {
    return markdown_text(shown);
  }
  std::string safe;
  for (const char letter : shown) {
    // A bar ends a table cell even inside of code; its look-alike does not.
    safe += letter == '|' ? std::string("\u00A6") : std::string(1, letter);
  }
  if (safe.empty()) {
    return "";
  }
  const std::string fence(longest_fence(safe) + 1, '`');
  const bool touches = safe.front() == '`' || safe.back() == '`' || safe.front() == ' ';
  const std::string gap = touches ? " " : "";
  return fence + gap + safe + gap + fence;
}

std::string markdown_text(std::string_view text) {
  const std::string safe = displayable(text, kMostBytes);
  std::string result;
  std::string_view rest = safe;
  while (!rest.empty()) {
    if (rest.front() == ' ') {
      result += result.empty() || result.back() == ' ' ? "" : " ";
      rest.remove_prefix(1);
      continue;
    }
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    if (!comes_alive(word)) {
      result += escaped(word);
    } else {
      result += may_be_code(word) ? markdown_code(word) : defused(word);
    }
  }
  return escape_start(std::move(result));
}

std::string markdown_block(std::string_view language, std::string_view content) {
  const std::string fence(std::max<std::size_t>(3, longest_fence(content) + 1), '`');
  std::string block = fence + std::string(language) + "\n" + std::string(content);
  block += content.empty() || content.back() == '\n' ? "" : "\n";
  return block + fence + "\n";
}

}  // namespace culprit
