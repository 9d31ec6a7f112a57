// SPDX-License-Identifier: Apache-2.0
#include "exporters/page/html_sections.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/display_text.h"
#include "exporters/flame_graph_svg.h"
#include "exporters/text_sections.h"
#include "exporters/wording.h"
#include "report/describe.h"

namespace culprit {
namespace {

constexpr std::size_t kMostFindings = 30;
constexpr std::size_t kMostWorkloads = 300;

std::string_view class_of(VerdictResult result) {
  switch (result) {
    case VerdictResult::Culprit:
      return "culprit";
    case VerdictResult::Resource:
      return "resource";
    case VerdictResult::Healthy:
      return "healthy";
    case VerdictResult::Inconclusive:
      break;
  }
  return "inconclusive";
}

/// The blamed function and where it is, as markup; empty without code.
std::string place_markup(const Report& report, const Finding& finding) {
  const ResolvedFrame* frame = blamed_frame(report.profile, finding);
  if (frame == nullptr) {
    return "";
  }
  return fmt::format("<code>{}</code> <span class=\"place mono\">{}</span>",
                     html_text(frame->function), html_text(source_of(*frame)));
}

void add_fact(std::string& list, std::string_view name, const std::string& markup) {
  if (!markup.empty()) {
    list += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, markup);
  }
}

std::string facts_of(const Report& report, const RankedFinding& accused) {
  const Finding& finding = accused.finding;
  std::string list = "<dl>\n";
  add_fact(list, "where", place_markup(report, finding));
  add_fact(list, "process", html_text(word_processes(report.profile, finding)));
  add_fact(list, "among", html_text(word_group(report.profile, finding)));
  add_fact(list, "to", finding.target ? html_text(word_target(*finding.target)) : "");
  add_fact(list, "proof", html_text(word_proof(finding), 400));
  add_fact(list, "cost", html_text(word_cost(report, finding), 400));
  add_fact(list, "since", html_text(word_since(report.profile, finding)));
  add_fact(list, "effect", html_text(sentence(finding.explains), 400));
  for (const std::string& id : accused.caused_by) {
    for (const RankedFinding& other : report.findings) {
      if (other.id == id) {
        add_fact(list, "cause", html_text(sentence(other.finding.headline), 400));
      }
    }
  }
  return list + "</dl>\n";
}

std::string advice_of(const Finding& finding) {
  std::string list;
  for (const Advice& advice : finding.advice) {
    const std::string& said = advice.effect.empty() ? advice.text : advice.effect;
    list += "<li>";
    if (advice.command.empty()) {
      list += html_text(sentence(advice.text), 400);
    } else {
      list += fmt::format("<pre>{}</pre><small>{}</small>", xml_text(displayable(advice.command)),
                          html_text(sentence(said), 400));
    }
    if (!advice.undo.empty()) {
      list += fmt::format(" <small>&middot; Undo: <code>{}</code></small>",
                          xml_text(displayable(advice.undo)));
    }
    if (!advice.risk.empty()) {
      list +=
          fmt::format(" <small>&middot; Risk: {}</small>", html_text(sentence(advice.risk), 400));
    }
    list += "</li>\n";
  }
  return list.empty() ? "" : "<ul class=\"advice\">\n" + list + "</ul>\n";
}

std::string finding_entry(const Report& report, const RankedFinding& ranked) {
  const Finding& finding = ranked.finding;
  std::string entry =
      fmt::format("<li><span>{}</span>", html_text(sentence(finding.headline), 400));
  if (finding.cost.total() > 0) {
    entry += fmt::format("<span class=\"figures\">{} &middot; {:.2f}</span>",
                         word_cores(finding.cost.total()), finding.confidence);
  }
  if (finding.role != FindingRole::Contributing) {
    const std::string place = place_markup(report, finding);
    const std::string proof = html_text(word_proof(finding), 400);
    for (const std::string& line : {place, proof}) {
      entry += line.empty() ? "" : fmt::format("<small>{}</small>", line);
    }
  }
  return entry + "</li>\n";
}

/// 150 by 10: a workload's cores of the host's.
std::string bar_of(double cores, double of) {
  const double share = of > 0 ? std::clamp(cores / of, 0.0, 1.0) : 0;
  return fmt::format(
      "<svg viewBox=\"0 0 150 10\" aria-hidden=\"true\"><rect class=\"track\" width=\"150\" "
      "height=\"10\" rx=\"5\"/><rect class=\"bar\" width=\"{:.1f}\" height=\"10\" rx=\"5\"/></svg>",
      150 * share);
}

std::string workload_row(const Report& report, std::size_t index) {
  const Profile& profile = report.profile;
  const WorkloadProfile& workload = profile.workloads[index];
  const std::vector<FunctionShare> top = top_functions(workload.calls, profile.frames, 1);
  std::string function;
  if (!top.empty()) {
    const ResolvedFrame& frame = profile.frames.at(top.front().frame);
    function = fmt::format("<code>{}</code> {:.0f} %", html_text(frame.function, 60),
                           100 * top.front().share);
  }
  const std::string limit =
      workload.cpu_limit_cores ? fmt::format("{:.2f}", *workload.cpu_limit_cores) : "none";
  const bool kernel = !workload.kernel_activity.empty();
  return fmt::format(
      "<tr><td><button type=\"button\" data-workload=\"{}\">{}</button></td><td>{}</td>"
      "<td class=\"number\">{:.2f}</td><td>{}</td><td class=\"number\">{}</td>"
      "<td class=\"number\">{}</td><td>{}</td></tr>\n",
      index, html_text(workload_name(workload), 60), html_text(workload.container.image, 60),
      workload.cpu_cores, bar_of(workload.cpu_cores, profile.host.cpus), kernel ? "" : limit,
      kernel || workload.memory_bytes == 0 ? "" : word_bytes(workload.memory_bytes), function);
}

}  // namespace

std::string html_text(std::string_view text, std::size_t columns) {
  return xml_text(short_name(text, columns));
}

std::string html_verdict(const Report& report) {
  const RankedFinding* accused = accused_finding(report);
  std::string section = fmt::format(
      "<section class=\"verdict {}\" aria-label=\"Verdict\">\n<h2>Verdict</h2>\n"
      "<div class=\"headline\"><strong>{}</strong>",
      class_of(report.verdict.result), html_text(sentence(report.verdict.headline), 400));
  if (accused != nullptr) {
    section +=
        fmt::format("<span class=\"chip\">confidence {:.2f} ({})</span>",
                    accused->finding.confidence, confidence_word(accused->finding.confidence));
  }
  section += "</div>\n";
  if (accused != nullptr) {
    section += facts_of(report, *accused) + advice_of(accused->finding);
  }
  return section + "</section>\n";
}

std::string html_findings(const Report& report) {
  const RankedFinding* accused = accused_finding(report);
  std::string list;
  std::size_t shown = 0;
  for (const RankedFinding& ranked : report.findings) {
    if (&ranked != accused && shown++ < kMostFindings) {
      list += finding_entry(report, ranked);
    }
  }
  if (shown > kMostFindings) {
    list +=
        fmt::format("<li><small>and {} more in report.json</small></li>\n", shown - kMostFindings);
  }
  return list.empty() ? ""
                      : fmt::format(
                            "<section><h2>Also</h2>\n<ul class=\"also\">\n{}</ul>\n"
                            "</section>\n",
                            list);
}

std::string html_containers(const Report& report) {
  std::string rows;
  const std::size_t count = report.profile.workloads.size();
  for (std::size_t index = 0; index < std::min(count, kMostWorkloads); ++index) {
    rows += workload_row(report, index);
  }
  if (count > kMostWorkloads) {
    rows += fmt::format("<tr><td colspan=\"7\">and {} more in report.json</td></tr>\n",
                        count - kMostWorkloads);
  }
  return fmt::format(
      "<section><h2>Containers and services</h2>\n<div class=\"scroll\"><table>\n"
      "<thead><tr><th>name</th><th>image</th><th class=\"number\">cores</th><th>of {} cpus</th>"
      "<th class=\"number\">limit</th><th class=\"number\">memory</th><th>top function</th></tr>"
      "</thead>\n<tbody>\n{}</tbody></table></div></section>\n",
      report.profile.host.cpus, rows);
}

std::string html_notes(const Report& report) {
  std::string list;
  for (const RuledOut& item : report.ruled_out) {
    list += fmt::format("<li>ruled out: {}</li>\n", html_text(word_ruled_out(item), 400));
  }
  for (const std::string& limit : word_limits(report)) {
    list += fmt::format("<li>{}</li>\n", html_text(limit, 600));
  }
  return list.empty() ? ""
                      : fmt::format(
                            "<section><h2>Notes</h2>\n<ul class=\"notes\">\n{}</ul>\n"
                            "</section>\n",
                            list);
}

}  // namespace culprit
