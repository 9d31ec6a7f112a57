// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>

#include "base/display_text.h"
#include "exporters/text_sections.h"
#include "report/describe.h"

namespace culprit {
namespace {

constexpr std::size_t kBody = TextPage::kBodyColumns;

Style style_of(VerdictResult result) {
  switch (result) {
    case VerdictResult::Culprit:
      return Style::Bad;
    case VerdictResult::Healthy:
      return Style::Good;
    default:
      return Style::Doubtful;
  }
}

std::vector<Line> styled(const std::vector<std::string>& texts, Style style) {
  std::vector<Line> lines;
  lines.reserve(texts.size());
  for (const std::string& text : texts) {
    lines.push_back({{text, style}});
  }
  return lines;
}

void write_headline(TextPage& page, const Report& report, const RankedFinding* accused) {
  const std::string headline = sentence(report.verdict.headline);
  if (accused == nullptr) {
    page.row("VERDICT", styled(wrap(headline, kBody, kBody), style_of(report.verdict.result)));
    return;
  }
  const double confidence = accused->finding.confidence;
  const std::string figure =
      fmt::format("confidence {:.2f} ({})", confidence, confidence_word(confidence));
  // Two lines of even length read better than one full line and a figure alone below it.
  const bool together = columns_of(headline) + 2 + figure.size() <= kBody;
  const std::size_t room = together ? kBody : kBody - figure.size() - 2;
  std::vector<Line> lines = styled(wrap(headline, room, room), style_of(report.verdict.result));
  align_right(lines, figure, kBody);
  page.row("VERDICT", lines);
}

/// "normalize_tags  /app/tags.py:11"; empty without code.
std::vector<Line> place_lines(const Report& report, const Finding& finding, std::size_t columns) {
  const ResolvedFrame* frame = blamed_frame(report.profile, finding);
  if (frame == nullptr) {
    return {};
  }
  const std::string function = short_name(frame->function, columns);
  const std::string source = short_name(source_of(*frame), columns);
  if (source.empty()) {
    return {{{function, Style::Label}}};
  }
  if (columns_of(function) + 2 + columns_of(source) <= columns) {
    return {{{function, Style::Label}, {"  " + source, Style::Plain}}};
  }
  return {{{function, Style::Label}}, {{source, Style::Plain}}};
}

void write_where(TextPage& page, const Report& report, const Finding& finding) {
  const std::vector<Line> lines = where_lines(report, finding, kBody);
  if (!lines.empty()) {
    page.row("  where", lines);
  }
}

void optional_paragraph(TextPage& page, std::string_view label, const std::string& text) {
  if (!text.empty()) {
    page.paragraph(label, text);
  }
}

void write_causes(TextPage& page, const Report& report, const RankedFinding& accused) {
  for (const std::string& id : accused.caused_by) {
    const auto cause = std::find_if(report.findings.begin(), report.findings.end(),
                                    [&](const RankedFinding& other) { return other.id == id; });
    if (cause != report.findings.end()) {
      page.paragraph("  cause", sentence(cause->finding.headline));
    }
  }
}

/// A command is for copying: it is never broken, however long. What was said of the command before
/// it (`previous`, may be null) is not said again.
void write_command(TextPage& page, std::string_view label, const Advice& advice,
                   const Advice* previous) {
  const bool same_effect = previous != nullptr && previous->effect == advice.effect;
  const bool same_risk = previous != nullptr && previous->risk == advice.risk;
  const std::string effect =
      same_effect ? "" : sentence(advice.effect.empty() ? advice.text : advice.effect);
  const std::string command = displayable(advice.command);
  const std::string undo = displayable(advice.undo);
  constexpr std::size_t kGap = 4;
  Line line = {{command, Style::Command}};
  const bool fits = columns_of(command) + kGap + columns_of(effect) <= kBody;
  if (fits && !effect.empty()) {
    line.push_back({std::string(kGap, ' ') + effect, Style::Plain});
  }
  page.row(label, line);
  if (!fits) {
    page.paragraph("", effect);
  }
  if (!undo.empty()) {
    page.row("  undo", Line{{undo, Style::Command}});
  }
  optional_paragraph(page, "  risk", same_risk ? "" : sentence(advice.risk));
}

void write_advice(TextPage& page, const Finding& finding) {
  constexpr std::size_t kMostSteps = 6;
  const std::size_t steps = std::min(kMostSteps, finding.advice.size());
  for (std::size_t index = 0; index < steps; ++index) {
    const Advice& advice = finding.advice[index];
    // What takes a developer and a deploy is not done now.
    const std::string_view first = advice.command.empty() ? "TO FIX" : "DO NOW";
    const std::string_view label = index == 0 ? first : "  then";
    if (advice.command.empty()) {
      optional_paragraph(page, label, sentence(advice.text));
    } else {
      write_command(page, label, advice, index == 0 ? nullptr : &finding.advice[index - 1]);
    }
  }
}

}  // namespace

const RankedFinding* accused_finding(const Report& report) {
  const auto found =
      std::find_if(report.findings.begin(), report.findings.end(), [&](const RankedFinding& one) {
        return !report.verdict.finding_id.empty() && one.id == report.verdict.finding_id;
      });
  return found == report.findings.end() ? nullptr : &*found;
}

std::vector<Line> where_lines(const Report& report, const Finding& finding, std::size_t columns) {
  constexpr std::size_t kGap = 4;
  const std::string who = word_processes(report.profile, finding);
  std::vector<Line> lines = place_lines(report, finding, columns);
  if (!who.empty() && !lines.empty() &&
      columns_of(lines.back()) + kGap + columns_of(who) <= columns) {
    lines.back().push_back({std::string(kGap, ' ') + who, Style::Plain});
  } else if (!who.empty()) {
    for (const std::string& line : wrap(who, columns, columns)) {
      lines.push_back({{line, Style::Plain}});
    }
  }
  return lines;
}

void write_verdict(TextPage& page, const Report& report) {
  const RankedFinding* accused = accused_finding(report);
  write_headline(page, report, accused);
  if (accused == nullptr) {
    return;
  }
  const Finding& finding = accused->finding;
  write_where(page, report, finding);
  optional_paragraph(page, "  among", word_group(report.profile, finding));
  if (finding.target) {
    page.paragraph("  to", word_target(*finding.target));
  }
  optional_paragraph(page, "  proof", word_proof(finding));
  page.paragraph("  cost", word_cost(report, finding));
  optional_paragraph(page, "  since", word_since(report.profile, finding));
  optional_paragraph(page, "  effect", sentence(finding.explains));
  write_causes(page, report, *accused);
  write_advice(page, finding);
}

}  // namespace culprit
