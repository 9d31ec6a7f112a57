// SPDX-License-Identifier: Apache-2.0
#include "exporters/markdown_exporter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/display_text.h"
#include "exporters/markdown_text.h"
#include "exporters/text_sections.h"
#include "exporters/wording.h"
#include "report/describe.h"

namespace culprit {
namespace {

std::string place_of(const Report& report, const Finding& finding) {
  const ResolvedFrame* frame = blamed_frame(report.profile, finding);
  if (frame == nullptr) {
    return "";
  }
  const std::string source = source_of(*frame);
  const std::string function = markdown_code(short_name(frame->function, 80));
  return source.empty() ? function : function + " " + markdown_code(short_name(source, 80));
}

void add_item(std::string& page, std::string_view name, const std::string& escaped) {
  if (!escaped.empty()) {
    page += fmt::format("- **{}**: {}\n", name, escaped);
  }
}

void write_verdict_facts(std::string& page, const Report& report, const RankedFinding& accused) {
  const Finding& finding = accused.finding;
  add_item(page, "confidence",
           fmt::format("{:.2f} ({})", finding.confidence, confidence_word(finding.confidence)));
  add_item(page, "where", place_of(report, finding));
  add_item(page, "process", markdown_text(word_processes(report.profile, finding)));
  add_item(page, "among", markdown_text(word_group(report.profile, finding)));
  if (finding.target) {
    add_item(page, "to", markdown_code(word_target(*finding.target)));
  }
  add_item(page, "proof", markdown_text(word_proof(finding)));
  add_item(page, "cost", markdown_text(word_cost(report, finding)));
  add_item(page, "since", markdown_text(word_since(report.profile, finding)));
  add_item(page, "effect", markdown_text(sentence(finding.explains)));
}

void write_advice(std::string& page, const RankedFinding& accused) {
  if (accused.finding.advice.empty()) {
    return;
  }
  page += "\n### Do now\n";
  for (const Advice& advice : accused.finding.advice) {
    page += "\n" + markdown_text(sentence(advice.text));
    if (!advice.effect.empty()) {
      page += (advice.text.empty() ? "" : ": ") + markdown_text(sentence(advice.effect));
    }
    if (!advice.risk.empty()) {
      page += ". Risk: " + markdown_text(sentence(advice.risk));
    }
    page += "\n";
    if (!advice.command.empty()) {
      page += "\n" + markdown_block("sh", displayable(advice.command));
    }
    if (!advice.undo.empty()) {
      page += "\nUndo:\n\n" + markdown_block("sh", displayable(advice.undo));
    }
  }
}

void write_findings(std::string& page, const Report& report) {
  if (report.findings.empty()) {
    return;
  }
  page +=
      "\n### Findings\n\n"
      "| # | role | kind | what | where | cost | confidence |\n"
      "| --: | --- | --- | --- | --- | --: | --: |\n";
  for (const RankedFinding& ranked : report.findings) {
    const Finding& finding = ranked.finding;
    const double cores = finding.cost.total();
    page += fmt::format("| {} | {} | `{}` | {} | {} | {} | {:.2f} |\n", ranked.rank,
                        role_name(finding.role), kind_name(finding.kind),
                        markdown_text(sentence(finding.headline)), place_of(report, finding),
                        cores > 0 ? word_cores(cores) : "", finding.confidence);
  }
}

std::string word_number(const Evidence& evidence) {
  std::string text = evidence.unit == "share"
                         ? word_percent(evidence.value)
                         : fmt::format("{:.6g} {}", evidence.value, evidence.unit);
  if (evidence.error) {
    text += evidence.unit == "share" ? fmt::format(" +- {}", word_percent(*evidence.error))
                                     : fmt::format(" +- {:.6g}", *evidence.error);
  }
  if (evidence.threshold) {
    text += fmt::format(" ({} {:.6g})", evidence.comparison, *evidence.threshold);
  }
  return text;
}

void write_evidence(std::string& page, const Report& report) {
  std::string rows;
  for (const RankedFinding& ranked : report.findings) {
    for (const Evidence& evidence : ranked.finding.evidence) {
      rows += fmt::format(
          "| {} | {} | {} | {} | {} |\n", ranked.rank, markdown_code(short_name(evidence.key)),
          markdown_text(word_number(evidence)), markdown_text(sentence(evidence.text)),
          markdown_code(short_name(evidence.source)));
    }
  }
  if (!rows.empty()) {
    page +=
        "\n### Evidence\n\n| finding | what | value | in words | source |\n"
        "| --: | --- | --- | --- | --- |\n" +
        rows;
  }
}

std::string row_of(const Profile& profile, const WorkloadProfile& workload) {
  const std::vector<FunctionShare> top = top_functions(workload.calls, profile.frames, 1);
  std::string function;
  if (!top.empty()) {
    function = fmt::format("{} {:.0f} %",
                           markdown_code(short_name(profile.frames.at(top.front().frame).function)),
                           100 * top.front().share);
  }
  const bool container =
      workload.kernel_activity.empty() && workload.container.kind == WorkloadKind::Container;
  const std::string limit = workload.cpu_limit_cores
                                ? fmt::format("{:.2f}", *workload.cpu_limit_cores)
                                : std::string(container ? "none" : "");
  return fmt::format("| {} | {} | {:.2f} | {} | {} | {} |\n",
                     markdown_code(short_name(workload_name(workload))),
                     markdown_code(short_name(workload.container.image)), workload.cpu_cores, limit,
                     workload.memory_bytes == 0 ? "" : word_bytes(workload.memory_bytes), function);
}

void write_containers(std::string& page, const Report& report) {
  constexpr std::size_t kMostRows = 40;
  const std::vector<WorkloadProfile>& workloads = report.profile.workloads;
  if (workloads.empty()) {
    return;
  }
  page +=
      "\n### Containers and services\n\n"
      "| name | image | cores | limit | memory | top function |\n"
      "| --- | --- | --: | --: | --: | --- |\n";
  const std::size_t shown = std::min(kMostRows, workloads.size());
  for (std::size_t index = 0; index < shown; ++index) {
    page += row_of(report.profile, workloads[index]);
  }
  if (workloads.size() > shown) {
    page += fmt::format("\nand {} more with less CPU\n", workloads.size() - shown);
  }
}

void write_lists(std::string& page, const Report& report) {
  if (!report.ruled_out.empty()) {
    page += "\n### Ruled out\n\n";
    for (const RuledOut& item : report.ruled_out) {
      page += "- " + markdown_text(word_ruled_out(item)) + "\n";
    }
  }
  const std::vector<std::string> limits = word_limits(report);
  if (!limits.empty()) {
    page += "\n### What this run could not see\n\n";
    for (const std::string& limit : limits) {
      page += "- " + markdown_text(limit) + "\n";
    }
  }
}

}  // namespace

std::string MarkdownExporter::write(const Report& report) const {
  std::string page = "## " + markdown_text(sentence(report.verdict.headline)) + "\n\n";
  page +=
      markdown_text(word_host(report)) + ", " + markdown_text(word_window(report)) + " on " +
      utc_date_time(report.profile.window.start + report.profile.window.duration).substr(0, 10) +
      "\n\n";
  const RankedFinding* accused = accused_finding(report);
  if (accused != nullptr) {
    write_verdict_facts(page, report, *accused);
    write_advice(page, *accused);
  }
  write_findings(page, report);
  write_evidence(page, report);
  write_containers(page, report);
  write_lists(page, report);
  return page;
}

}  // namespace culprit
