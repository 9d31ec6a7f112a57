// SPDX-License-Identifier: Apache-2.0
#include "exporters/difference/difference_html.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "exporters/difference/difference_boxes.h"
#include "exporters/difference/difference_page_data.h"
#include "exporters/difference/difference_wording.h"
#include "exporters/page/html_sections.h"
#include "exporters/page/page_frame.h"
#include "exporters/wording.h"
#include "page_assets.h"

namespace culprit {
namespace {

constexpr std::size_t kMostShown = 40, kMostUnchanged = 8;

std::string_view class_of(ComparisonResult result) {
  switch (result) {
    case ComparisonResult::Different:
      return "culprit";
    case ComparisonResult::NoSignificantDifference:
      return "healthy";
    default:
      return "inconclusive";
  }
}

std::string result_section(const Comparison& comparison) {
  std::string section = fmt::format(
      "<section class=\"verdict {}\" aria-label=\"Result\">\n<h2>Result</h2>\n"
      "<div class=\"headline\"><strong>{}</strong></div>\n<dl>\n",
      class_of(comparison.result), html_text(word_result(comparison)));
  for (const auto& [name, side] :
       {std::pair("before", &comparison.before), std::pair("after", &comparison.after)}) {
    section += fmt::format("<dt>{}</dt><dd>{} <span class=\"place\">{}</span></dd>\n", name,
                           html_text(side->name), html_text(word_side(*side)));
  }
  const std::string power = word_power(comparison);
  if (!power.empty()) {
    section += fmt::format("<dt>certainty</dt><dd>{}</dd>\n", html_text(power, 300));
  }
  return section + "</dl>\n</section>\n";
}

/// The change and its interval on a scale that all rows share; the middle is no change.
std::string whisker(const ComparedShare& share, double scale) {
  constexpr double kHalf = 90;
  const auto place = [&](double change) {
    return kHalf + std::clamp(change / scale, -1.0, 1.0) * (kHalf - 4);
  };
  const ShareDifference& difference = share.difference;
  const std::string_view mark = share.change == Change::None ? "unsure"
                                : difference.change > 0      ? "more"
                                                             : "less";
  return fmt::format(
      "<svg class=\"whisker {0}\" viewBox=\"0 0 180 16\" aria-hidden=\"true\"><path class=\"axis\" "
      "d=\"M90 0V16\"/><path class=\"reach\" d=\"M90 8H{3:.1f}\"/><path class=\"span\" "
      "d=\"M{1:.1f} 8H{2:.1f}\"/><circle cx=\"{3:.1f}\" cy=\"8\" r=\"3.5\"/></svg>",
      mark, place(difference.low), place(difference.high), place(difference.change));
}

std::string share_cells(const ComparedShare& share, double scale) {
  return fmt::format("<td class=\"number\">{}</td><td>{}</td><td class=\"number\">{}</td>",
                     html_text(word_shares(share)), whisker(share, scale),
                     html_text(word_points(share)));
}

/// The share to show of a row: where the time itself is, unless only callees changed.
const ComparedShare& telling_share(const ComparedRow& row) {
  const bool container = row.frame.name.level == PathLevel::Container;
  const bool only_calls = row.own.before.samples == 0 && row.own.after.samples == 0;
  return container || only_calls ||
                 (row.own.change == Change::None && row.whole.change != Change::None)
             ? row.whole
             : row.own;
}

std::string row_of(const ComparedRow& row, double scale) {
  const ComparedName& name = row.frame.name;
  const bool container = name.level == PathLevel::Container;
  const ComparedShare& share = telling_share(row);
  const std::string_view which = container || calls_nothing(row) ? ""
                                 : &share == &row.own            ? "by itself"
                                                                 : "with callees";
  return fmt::format(
      "<tr><td><button type=\"button\" data-find>{}</button></td><td>{}</td><td>{}</td>"
      "<td>{}</td>{}<td>{}</td></tr>\n",
      html_text(name.function, 60), container ? "" : html_text(name.container, 30),
      container ? "" : html_text(place_of(row.frame), 60), which, share_cells(share, scale),
      row.changed() ? change_name(change_of(row)) : "");
}

std::vector<const ComparedRow*> shown_rows(const std::vector<ComparedRow>& rows) {
  std::vector<const ComparedRow*> changed, others;
  for (const ComparedRow& row : rows) {
    (row.changed() ? changed : others).push_back(&row);
  }
  changed.resize(std::min(changed.size(), kMostShown));
  others.resize(std::min(others.size(), kMostUnchanged));
  changed.insert(changed.end(), others.begin(), others.end());
  return changed;
}

std::string table_of(std::string_view heading, std::string_view first,
                     const std::vector<ComparedRow>& rows) {
  const std::vector<const ComparedRow*> shown = shown_rows(rows);
  if (shown.empty()) {
    return "";
  }
  double scale = 2 * kSmallestChange;
  for (const ComparedRow* row : shown) {
    const ShareDifference& difference = telling_share(*row).difference;
    scale = std::max({scale, std::abs(difference.low), std::abs(difference.high)});
  }
  std::string body;
  for (const ComparedRow* row : shown) {
    body += row_of(*row, scale);
  }
  if (shown.size() < rows.size()) {
    body += fmt::format("<tr><td colspan=\"8\">and {} more: --format json</td></tr>\n",
                        rows.size() - shown.size());
  }
  return fmt::format(
      "<section><h2>{}</h2>\n<div class=\"scroll\"><table>\n<thead><tr><th>{}</th><th>{}</th>"
      "<th></th><th></th><th class=\"number\">share</th><th>&minus; change +</th>"
      "<th class=\"number\">points [95 %]</th><th></th></tr></thead>\n<tbody>\n{}</tbody></table>"
      "</div></section>\n",
      heading, first, first == "container" ? "" : "container", body);
}

std::string legend(double strongest) {
  std::string list;
  for (const double part : {-1.0, -0.3, 0.0, 0.3, 1.0}) {
    list += fmt::format("<li data-change=\"{}\"><span></span>{}</li>", part,
                        part == 0 ? std::string("the same; pale: may be chance")
                                  : fmt::format("{:+.1f} points", 100 * part * strongest));
  }
  return "<ul id=\"legend\">" + list +
         "<li>dashed: gone</li><li>framed in red: new</li><li>width: mean of both "
         "shares</li></ul>\n";
}

std::string notes_of(const Comparison& comparison) {
  std::vector<std::string> notes = comparison.notes;
  if (const std::string caution = word_caution(comparison); !caution.empty()) {
    notes.insert(notes.begin(), caution);
  }
  std::string list;
  for (const std::string& note : notes) {
    list += fmt::format("<li>{}</li>\n", html_text(sentence(note), 600));
  }
  return list.empty()
             ? ""
             : "<section><h2>Notes</h2>\n<ul class=\"notes\">\n" + list + "</ul>\n</section>\n";
}

}  // namespace

std::string difference_html(const Comparison& comparison) {
  const DifferenceBoxes boxes = difference_boxes(comparison);
  std::string page = page_top(
      {.title = "diff: " + html_text(word_result(comparison), 120),
       .subtitle = "what became dearer, cheaper, new or gone, in shares of the on-CPU time",
       .script_hash = kDifferenceScriptHash});
  page += result_section(comparison);
  page += table_of("Functions", "function", comparison.functions);
  page += page_graph("Both in one graph", legend(boxes.strongest));
  page += table_of("Containers and services", "container", comparison.containers);
  page += notes_of(comparison);
  return page + page_end(difference_page_data(boxes), kDifferenceScript);
}

}  // namespace culprit
