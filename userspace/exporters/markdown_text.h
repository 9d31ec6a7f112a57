// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace culprit {

// Escaping for Markdown as ticket systems read it (CommonMark, GitHub's and GitLab's additions).
// Whatever the text holds: no markup, no HTML, no link, no mention of a person, no table cell more.

/// Running text: punctuation is escaped; words that a ticket system could turn into a link or a
/// mention stand as code. For paragraphs, list items, headings and table cells.
std::string markdown_text(std::string_view text);

/// A name as inline code; as escaped running text when it holds '<', '>' or '&', which code cannot
/// escape. For the same places.
std::string markdown_code(std::string_view text);

/// A block of code that no line of `content` can end early. `language` is ours.
std::string markdown_block(std::string_view language, std::string_view content);

}  // namespace culprit
