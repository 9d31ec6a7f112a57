// SPDX-License-Identifier: Apache-2.0
#include "exporters/text_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/display_text.h"
#include "report/describe.h"

namespace culprit {
namespace {

constexpr std::size_t kBody = TextPage::kBodyColumns;
constexpr std::size_t kNested = 2;

/// Adds `text` wrapped and indented to a row's body.
void add_nested(std::vector<Line>& body, std::string_view text, Style style = Style::Plain) {
  constexpr std::size_t kRoom = kBody - 2 * kNested;
  std::size_t indent = kNested;
  for (const std::string& line : wrap(text, kRoom + kNested, kRoom)) {
    body.push_back({{std::string(indent, ' '), Style::Plain}, {line, style}});
    indent = 2 * kNested;
  }
}

void add_headline(std::vector<Line>& body, const Finding& finding) {
  const bool has_cost = finding.cost.total() > 0;
  const std::string figures =
      has_cost ? fmt::format("{}  {:.2f}", word_cores(finding.cost.total()), finding.confidence)
               : "";
  const std::string headline = sentence(finding.headline);
  const std::size_t reserved = has_cost ? figures.size() + 2 : 0;
  std::vector<Line> lines;
  for (const std::string& line : wrap(headline, kBody - reserved, kBody - reserved - kNested)) {
    lines.push_back(lines.empty() ? Line{{line, Style::Plain}}
                                  : Line{{std::string(kNested, ' ') + line, Style::Plain}});
  }
  if (has_cost) {
    align_right(lines, figures, kBody);
  }
  body.insert(body.end(), lines.begin(), lines.end());
}

const RankedFinding* by_id(const Report& report, const std::string& id) {
  const auto found = std::find_if(report.findings.begin(), report.findings.end(),
                                  [&](const RankedFinding& one) { return one.id == id; });
  return found == report.findings.end() ? nullptr : &*found;
}

std::vector<Line> also_entry(const Report& report, const RankedFinding& ranked,
                             std::set<std::string>& told) {
  const Finding& finding = ranked.finding;
  std::vector<Line> body;
  add_headline(body, finding);
  if (finding.role != FindingRole::Contributing) {
    for (Line& line : where_lines(report, finding, kBody - kNested)) {
      line.insert(line.begin(), {std::string(kNested, ' '), Style::Plain});
      body.push_back(std::move(line));
    }
    const std::string proof = word_proof(finding);
    if (!proof.empty()) {
      add_nested(body, proof);
    }
  }
  for (const std::string& id : ranked.caused_by) {
    const RankedFinding* cause = by_id(report, id);
    if (cause != nullptr) {
      add_nested(body, "cause: " + sentence(cause->finding.headline));
      if (cause->finding.role != FindingRole::Culprit) {
        told.insert(id);
      }
    }
  }
  const auto command = std::find_if(finding.advice.begin(), finding.advice.end(),
                                    [](const Advice& advice) { return !advice.command.empty(); });
  if (finding.role == FindingRole::Culprit && command != finding.advice.end()) {
    body.push_back({{std::string(kNested, ' ') + "do: ", Style::Plain},
                    {displayable(command->command), Style::Command}});
    if (!command->undo.empty()) {
      body.push_back({{std::string(kNested, ' ') + "undo: ", Style::Plain},
                      {displayable(command->undo), Style::Command}});
    }
  }
  return body;
}

/// The kernel's and the workloads' shares, the largest by name, the rest in one.
std::vector<std::string> holders(const Report& report, const std::vector<std::int64_t>& figures) {
  constexpr std::size_t kMostNamed = 9;
  std::vector<std::size_t> order;
  for (std::size_t index = 0; index < report.cpu.size(); ++index) {
    if (report.cpu[index].kind <= CpuShareKind::Unattributed && figures[index] > 0) {
      order.push_back(index);
    }
  }
  // Small ones are the first to go into "others", the order by kind stays.
  std::vector<std::size_t> by_size = order;
  std::stable_sort(by_size.begin(), by_size.end(), [&](std::size_t left, std::size_t right) {
    return figures[left] > figures[right];
  });
  const std::size_t kept = by_size.size() > kMostNamed + 1 ? kMostNamed : by_size.size();
  const std::set<std::size_t> named(by_size.begin(),
                                    by_size.begin() + static_cast<std::ptrdiff_t>(kept));
  std::vector<std::string> parts;
  std::int64_t rest = 0;
  for (const std::size_t index : order) {
    if (named.contains(index)) {
      parts.push_back(fmt::format("{} {:.2f}", short_name(report.cpu[index].name, 28),
                                  static_cast<double>(figures[index]) / 100));
    } else {
      rest += figures[index];
    }
  }
  if (order.size() > kept) {
    parts.push_back(
        fmt::format("{} others {:.2f}", order.size() - kept, static_cast<double>(rest) / 100));
  }
  return parts;
}

/// Joins parts with bars, breaking lines between parts only.
void add_bars(std::vector<Line>& body, const std::vector<std::string>& parts) {
  constexpr std::string_view kBar = " | ";
  std::string line;
  for (const std::string& part : parts) {
    if (!line.empty() && columns_of(line) + kBar.size() + columns_of(part) > kBody) {
      body.push_back({{line, Style::Plain}});
      line.clear();
    }
    line += line.empty() ? "" : kBar;
    line += part;
  }
  if (!line.empty()) {
    body.push_back({{line, Style::Plain}});
  }
}

void write_top(TextPage& page, const Report& report) {
  constexpr std::size_t kMostRows = 30;
  constexpr std::size_t kNameColumns = 22;
  const Profile& profile = report.profile;
  std::vector<Line> body;
  body.push_back({{fmt::format("{:<{}}  {:>5}  {}", "name", kNameColumns, "cores",
                               "share of it in its top function"),
                   Style::Quiet}});
  std::size_t more = 0;
  for (const WorkloadProfile& workload : profile.workloads) {
    const std::vector<FunctionShare> top = top_functions(workload.calls, profile.frames, 1);
    if (top.empty()) {
      continue;
    }
    if (body.size() > kMostRows) {
      ++more;
      continue;
    }
    const std::string name = short_name(workload_name(workload), kNameColumns);
    const ResolvedFrame& frame = profile.frames.at(top.front().frame);
    const std::string figures = fmt::format("{}{}  {:>5.2f}  {:>3.0f} % ", name,
                                            std::string(kNameColumns - columns_of(name), ' '),
                                            workload.cpu_cores, 100 * top.front().share);
    const std::size_t room = kBody - columns_of(figures);
    const std::string source = source_of(frame);
    const std::string place = source.empty() ? frame.function : frame.function + "  " + source;
    body.push_back({{figures + short_name(place, room), Style::Plain}});
  }
  if (more > 0) {
    body.push_back({{fmt::format("and {} more (--format json)", more), Style::Quiet}});
  }
  if (body.size() > 1) {
    page.row("TOP", body);
  }
}

}  // namespace

void write_also(TextPage& page, const Report& report) {
  constexpr std::size_t kMostEntries = 8;
  const RankedFinding* accused = accused_finding(report);
  std::set<std::string> told;
  if (accused != nullptr) {
    told.insert(accused->id);
    told.insert(accused->caused_by.begin(), accused->caused_by.end());
    // A cause that is a culprit itself deserves its own lines.
    for (const std::string& id : accused->caused_by) {
      const RankedFinding* cause = by_id(report, id);
      if (cause != nullptr && cause->finding.role == FindingRole::Culprit) {
        told.erase(id);
      }
    }
  }
  std::vector<Line> body;
  std::size_t entries = 0;
  std::size_t more = 0;
  for (const RankedFinding& ranked : report.findings) {
    if (ranked.finding.role == FindingRole::Context || !told.insert(ranked.id).second) {
      continue;
    }
    if (entries++ >= kMostEntries) {
      ++more;
      continue;
    }
    const std::vector<Line> entry = also_entry(report, ranked, told);
    body.insert(body.end(), entry.begin(), entry.end());
  }
  if (more > 0) {
    body.push_back({{fmt::format("and {} more (--format json)", more), Style::Quiet}});
  }
  if (!body.empty()) {
    page.row("ALSO", body);
  }
}

void write_busy(TextPage& page, const Report& report) {
  constexpr std::size_t kMostEntries = 5;
  std::vector<Line> body;
  std::size_t entries = 0;
  for (const RankedFinding& ranked : report.findings) {
    if (ranked.finding.role == FindingRole::Context && entries++ < kMostEntries) {
      std::set<std::string> told;
      const std::vector<Line> entry = also_entry(report, ranked, told);
      body.insert(body.end(), entry.begin(), entry.end());
    }
  }
  if (!body.empty()) {
    page.row("BUSY", body);
  }
  if (accused_finding(report) == nullptr) {
    write_top(page, report);
  }
}

void write_cpu(TextPage& page, const Report& report) {
  if (report.profile.host.cpus == 0) {
    return;
  }
  const std::vector<std::int64_t> figures = hundredths(report.cpu);
  std::vector<Line> body;
  add_bars(body, holders(report, figures));
  std::vector<std::string> rest;
  std::int64_t sum = 0;
  for (std::size_t index = 0; index < report.cpu.size(); ++index) {
    sum += figures[index];
    if (report.cpu[index].kind > CpuShareKind::Unattributed) {
      rest.push_back(fmt::format("{} {:.2f}", report.cpu[index].name,
                                 static_cast<double>(figures[index]) / 100));
    }
  }
  rest.push_back(fmt::format("sum {:.2f}", static_cast<double>(sum) / 100));
  add_bars(body, rest);
  page.row("CPU", body);
}

}  // namespace culprit
