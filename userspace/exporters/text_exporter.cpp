// SPDX-License-Identifier: Apache-2.0
#include "exporters/text_exporter.h"

#include <fmt/format.h>

#include <algorithm>

#include "exporters/text_sections.h"
#include "report/describe.h"

namespace culprit {
namespace {

void write_header(TextPage& page, const Report& report) {
  const std::string host = word_host(report);
  const std::string window = word_window(report);
  if (columns_of(host) + 2 + columns_of(window) <= kPageColumns) {
    page.line({{host + "  " + window, Style::Quiet}});
  } else {
    page.line({{cut_middle(host, kPageColumns), Style::Quiet}});
    page.row("", Line{{window, Style::Quiet}});
  }
  page.blank_line();
}

void write_ruled_out(TextPage& page, const Report& report) {
  std::string text;
  for (const RuledOut& item : report.ruled_out) {
    text += (text.empty() ? "" : ", ") + word_ruled_out(item);
  }
  if (!text.empty()) {
    page.paragraph("RULED OUT", text);
  }
}

void write_files(TextPage& page, const TextOptions& options) {
  if (options.output_directory.empty()) {
    return;
  }
  std::string names;
  for (const std::string& name : options.output_files) {
    names += (names.empty() ? " (" : ", ") + short_name(name);
  }
  page.paragraph("FILES", short_name(options.output_directory, TextPage::kBodyColumns) + names +
                              (names.empty() ? "" : ")"));
}

void write_notes(TextPage& page, const Report& report) {
  constexpr std::size_t kMostNotes = 8;
  const std::vector<std::string> notes = word_limits(report);
  const std::size_t shown = std::min(kMostNotes, notes.size());
  for (std::size_t index = 0; index < shown; ++index) {
    page.paragraph("NOTE", notes[index]);
  }
  if (notes.size() > shown) {
    page.paragraph("NOTE", fmt::format("and {} more (--format json)", notes.size() - shown));
  }
}

}  // namespace

std::string TextExporter::write(const Report& report) const {
  TextPage page(options_.colours);
  write_header(page, report);
  write_verdict(page, report);
  write_also(page, report);
  write_busy(page, report);
  write_cpu(page, report);
  write_ruled_out(page, report);
  write_files(page, options_);
  write_notes(page, report);
  std::string text = std::move(page).take();
  return options_.ascii ? ascii_only(text) : text;
}

std::string interim_line(const Report& report) {
  std::string text = fmt::format("after {:.0f} s: ", report.profile.seconds());
  const RankedFinding* accused = accused_finding(report);
  if (accused == nullptr) {
    return cut_middle(text + "nothing proven yet", kPageColumns);
  }
  text +=
      fmt::format("{} ({:.2f})", sentence(accused->finding.headline), accused->finding.confidence);
  const ResolvedFrame* frame = blamed_frame(report.profile, accused->finding);
  if (frame != nullptr) {
    text += ", " + short_name(frame->function) + "  " + short_name(source_of(*frame));
  }
  // Two lines rather than a sentence without its middle: names of pods are long.
  return cut_middle(text, 2 * kPageColumns);
}

}  // namespace culprit
