// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "exporters/difference/difference_wording.h"
#include "exporters/text_layout.h"
#include "exporters/wording.h"

namespace culprit {
namespace {

constexpr std::size_t kMostRows = 6;
constexpr std::size_t kColumns = TextPage::kBodyColumns;

using Rows = std::vector<const ComparedRow*>;

void add_share(std::vector<Line>& lines, std::string_view what, const ComparedShare& share) {
  lines.push_back(
      {{fmt::format("  {:<13}{:>16}   {}", what, word_shares(share), word_change(share)),
        Style::Plain}});
}

/// Who and where, then a line for each share that has something to say.
std::vector<Line> row_lines(const ComparedRow& row, bool all_shares) {
  const ComparedName& name = row.frame.name;
  const bool container = name.level == PathLevel::Container;
  std::string who;
  if (!container && !name.container.empty()) {
    who = short_name(name.container, 24) + "  ";
  }
  who += short_name(name.function, std::min<std::size_t>(48, kColumns - columns_of(who)));
  std::vector<Line> lines = {{{who, Style::Label}}};
  const std::string place = container ? "" : place_of(row.frame);
  if (!place.empty()) {
    const std::size_t used = columns_of(lines.back()) + 2;
    const std::size_t room = used + 12 < kColumns ? kColumns - used : kColumns - 2;
    if (used + columns_of(place) <= kColumns || room < kColumns - 2) {
      lines.back().push_back({"  " + cut_middle(place, room), Style::Quiet});
    } else {
      lines.push_back({{"  " + cut_middle(place, room), Style::Quiet}});
    }
  }
  const bool one = container || calls_nothing(row);
  if (one || all_shares || row.own.change != Change::None) {
    add_share(lines, container ? "" : "by itself", one ? row.whole : row.own);
  }
  const bool same = std::abs(row.whole.difference.change - row.own.difference.change) <
                    kSmallestChange;  // a few samples of an interrupt are no callees
  if (!one && (all_shares ||
               (row.whole.change != Change::None && (!same || row.own.change == Change::None)))) {
    add_share(lines, "with callees", row.whole);
  }
  return lines;
}

void add_rows(TextPage& page, std::string_view label, Rows rows, bool all_shares) {
  // Callers change with what they call: where the time itself is comes first.
  std::stable_partition(rows.begin(), rows.end(),
                        [](const ComparedRow* row) { return row->own.change != Change::None; });
  std::vector<Line> lines;
  for (std::size_t index = 0; index < std::min(rows.size(), kMostRows); ++index) {
    for (Line& line : row_lines(*rows[index], all_shares)) {
      lines.push_back(std::move(line));
    }
  }
  if (rows.size() > kMostRows) {
    lines.push_back(
        {{fmt::format("and {} more: --format json", rows.size() - kMostRows), Style::Quiet}});
  }
  if (!lines.empty()) {
    page.row(label, lines);
  }
}

/// Containers that only one side has: their functions are new or gone with them.
std::set<std::string> one_sided(const Comparison& comparison) {
  std::set<std::string> names;
  for (const ComparedRow& row : comparison.containers) {
    if (row.whole.before.samples == 0 || row.whole.after.samples == 0) {
      names.insert(row.frame.name.container);
    }
  }
  return names;
}

Rows rows_of(const Comparison& comparison, Change change) {
  const std::set<std::string> explained = one_sided(comparison);
  Rows result;
  for (const ComparedRow& row : comparison.functions) {
    if (change_of(row) == change && !explained.contains(row.frame.name.container)) {
      result.push_back(&row);
    }
  }
  return result;
}

void add_changes(TextPage& page, const Comparison& comparison) {
  constexpr std::array<std::pair<Change, std::string_view>, 4> kSections = {
      {{Change::Grew, "GREW"},
       {Change::Shrank, "SHRANK"},
       {Change::New, "NEW"},
       {Change::Gone, "GONE"}}};
  Rows containers;
  for (const ComparedRow& row : comparison.containers) {
    if (row.changed()) {
      containers.push_back(&row);
    }
  }
  add_rows(page, "WHO", std::move(containers), /*all_shares=*/false);
  for (const auto& [change, label] : kSections) {
    add_rows(page, label, rows_of(comparison, change), /*all_shares=*/false);
  }
}

/// Without a verdict, what differs most, so that nobody has to look for it.
void add_largest(TextPage& page, const Comparison& comparison) {
  constexpr std::size_t kMostLargest = 3;
  Rows largest;
  for (const auto* rows : {&comparison.containers, &comparison.functions}) {
    for (std::size_t index = 0; index < std::min(rows->size(), kMostLargest); ++index) {
      largest.push_back(&(*rows)[index]);
    }
  }
  std::erase_if(largest, [](const ComparedRow* row) {
    constexpr double kShown = 0.0005;
    return std::abs(row->whole.difference.change) < kShown &&
           std::abs(row->own.difference.change) < kShown;
  });
  const bool chance = comparison.result == ComparisonResult::NoSignificantDifference;
  add_rows(page, chance ? "CHANCE" : "LARGEST", std::move(largest), /*all_shares=*/true);
}

Style style_of(ComparisonResult result) {
  switch (result) {
    case ComparisonResult::Different:
      return Style::Bad;
    case ComparisonResult::NoSignificantDifference:
      return Style::Good;
    default:
      return Style::Doubtful;
  }
}

}  // namespace

std::string difference_text(const Comparison& comparison, const TextOptions& options) {
  TextPage page(options.colours);
  page.line({{"culprit diff", Style::Label}, {": shares of the on-CPU time", Style::Plain}});
  const auto side_row = [&](std::string_view label, const ComparedSide& side) {
    std::vector<Line> lines = {{{short_name(side.name, 36), Style::Plain}}};
    align_right(lines, word_side(side), kColumns);
    page.row(label, lines);
  };
  side_row("before", comparison.before);
  side_row("after", comparison.after);
  page.blank_line();
  page.paragraph("RESULT", word_result(comparison), style_of(comparison.result));
  if (const std::string power = word_power(comparison); !power.empty()) {
    page.paragraph("", power, Style::Quiet);
  }
  if (comparison.result == ComparisonResult::Different) {
    add_changes(page, comparison);
  } else {
    add_largest(page, comparison);
  }
  if (const std::string caution = word_caution(comparison); !caution.empty()) {
    page.paragraph("NOTE", caution, Style::Quiet);
  }
  for (const std::string& note : comparison.notes) {
    page.paragraph("NOTE", sentence(note), Style::Quiet);
  }
  std::string text = std::move(page).take();
  return options.ascii ? ascii_only(text) : text;
}

}  // namespace culprit
