// SPDX-License-Identifier: Apache-2.0
#include "exporters/page/page_frame.h"

#include <fmt/format.h>

#include "page_assets.h"

namespace culprit {
namespace {

constexpr std::string_view kFooter =
    "<footer><kbd>/</kbd> search &nbsp; <kbd>arrows</kbd> move &nbsp; <kbd>Enter</kbd> zoom &nbsp; "
    "<kbd>Esc</kbd> reset &nbsp; <kbd>i</kbd> icicle &nbsp; <kbd>t</kbd> theme</footer>\n";

}  // namespace

std::string page_top(const PageTop& top) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\" data-theme=\"light\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"referrer\" content=\"no-referrer\">\n"
      "<title>culprit: {}</title>\n<style>{}</style>\n</head>\n<body>\n"
      "<header><h1>culprit</h1><p>{}</p>"
      "<button type=\"button\" id=\"theme\" class=\"theme\" aria-pressed=\"false\" "
      "title=\"t\">Dark</button></header>\n<main>\n",
      top.script_hash, kPageStyleHash, top.title, kPageStyle, top.subtitle);
}

std::string page_graph(std::string_view heading, std::string_view below) {
  return fmt::format(
      R"HTML(<section id="flames"><h2>{}</h2>
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
{}</section>
)HTML",
      heading, below);
}

std::string page_end(std::string_view packed_data, std::string_view script) {
  return fmt::format(
      "{}</main>\n<div id=\"tip\" class=\"mono\" role=\"tooltip\" hidden><div></div><div></div>"
      "<div></div></div>\n<script type=\"application/octet-stream\" id=\"data\">{}</script>\n"
      "<script>{}</script>\n</body>\n</html>\n",
      kFooter, packed_data, script);
}

}  // namespace culprit
