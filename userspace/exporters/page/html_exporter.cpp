// SPDX-License-Identifier: Apache-2.0
#include "exporters/page/html_exporter.h"

#include <fmt/format.h>

#include "exporters/flame_colour.h"
#include "exporters/page/html_sections.h"
#include "exporters/page/page_data.h"
#include "exporters/wording.h"
#include "page_assets.h"

namespace culprit {
namespace {

std::string page_head(const Report& report) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\" data-theme=\"light\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>culprit: {}</title>\n<style>{}</style>\n</head>\n<body>\n",
      kPageScriptHash, kPageStyleHash, html_text(sentence(report.verdict.headline), 120),
      kPageStyle);
}

std::string page_header(const Report& report) {
  return fmt::format(
      "<header><h1>culprit</h1><p>{} &middot; {}</p>"
      "<button type=\"button\" id=\"theme\" class=\"theme\" aria-pressed=\"false\" "
      "title=\"t\">Dark</button></header>\n",
      html_text(word_host(report)), html_text(word_window(report)));
}

std::string page_legend() {
  std::string list;
  for (const BoxKind kind :
       {BoxKind::Kernel, BoxKind::Native, BoxKind::Inlined, BoxKind::Python, BoxKind::JavaScript,
        BoxKind::Java, BoxKind::Go, BoxKind::Jit, BoxKind::Process, BoxKind::Container}) {
    list += fmt::format("<li data-kind=\"{0}\"><span></span>{0}</li>", box_kind_name(kind));
  }
  return "<ul id=\"legend\">" + list + "</ul>\n";
}

std::string page_left_out(const PageData& data) {
  return data.left_out_boxes == 0
             ? ""
             : fmt::format(
                   "<p>{} of the smallest boxes are left out; the {} samples that end in "
                   "them count for their callers.</p>\n",
                   data.left_out_boxes, data.left_out_samples);
}

std::string page_graph(const PageData& data) {
  return fmt::format(
      R"HTML(<section id="flames"><h2>Where the CPU went</h2>
<div class="controls">
<label>Show <select id="container"><option value="0">all containers and services</option></select></label>
<input type="search" id="search" placeholder="Search function or file  ( / )" aria-label="Search function or file" maxlength="200" autocomplete="off" spellcheck="false">
<output id="matched"></output><span class="spring"></span>
<button type="button" id="icicle" aria-pressed="false" title="i">Icicle</button>
<button type="button" id="reset" disabled title="Escape or 0">Reset zoom</button>
</div>
<div id="timeline"><canvas id="strip" role="img" aria-label="Samples over time; drag to choose a range"></canvas>
<label>from <input type="number" id="from" min="0" value="0"> s</label>
<label>to <input type="number" id="to" min="0" value="0"> s</label>
<button type="button" id="all-time">All</button></div>
<div id="scroller" tabindex="0" role="application" aria-label="Flame graph: arrow keys move, Enter zooms" aria-describedby="details"><canvas id="graph"></canvas><div id="spacer"></div></div>
<p id="details" class="mono" aria-live="polite">The graph needs scripts, which this viewer does not run.</p>
{}{}</section>
)HTML",
      page_legend(), page_left_out(data));
}

constexpr std::string_view kFooter =
    "<footer><kbd>/</kbd> search &nbsp; <kbd>arrows</kbd> move &nbsp; <kbd>Enter</kbd> zoom &nbsp; "
    "<kbd>Esc</kbd> reset &nbsp; <kbd>i</kbd> icicle &nbsp; <kbd>t</kbd> theme</footer>\n";

}  // namespace

std::string HtmlExporter::write(const Report& report) const {
  const PageData data = page_data(report.profile);
  std::string page = page_head(report) + page_header(report) + "<main>\n";
  page += html_verdict(report);
  page += page_graph(data);
  page += html_containers(report);
  page += html_findings(report);
  page += html_notes(report);
  page += kFooter;
  page +=
      "</main>\n<div id=\"tip\" class=\"mono\" role=\"tooltip\" hidden><div></div><div></div>"
      "<div></div></div>\n";
  page += "<script type=\"application/octet-stream\" id=\"data\">" + data.packed + "</script>\n";
  page += fmt::format("<script>{}</script>\n</body>\n</html>\n", kPageScript);
  return page;
}

}  // namespace culprit
