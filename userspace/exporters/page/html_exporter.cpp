// SPDX-License-Identifier: Apache-2.0
#include "exporters/page/html_exporter.h"

#include <fmt/format.h>

#include "exporters/flame_colour.h"
#include "exporters/page/html_sections.h"
#include "exporters/page/page_data.h"
#include "exporters/page/page_frame.h"
#include "exporters/wording.h"
#include "page_assets.h"

namespace culprit {
namespace {

std::string page_header(const Report& report) {
  return fmt::format("{} &middot; {}", html_text(word_host(report)),
                     html_text(word_window(report)));
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

}  // namespace

std::string HtmlExporter::write(const Report& report) const {
  const PageData data = page_data(report.profile);
  std::string page = page_top({.title = html_text(sentence(report.verdict.headline), 120),
                               .subtitle = page_header(report),
                               .script_hash = kPageScriptHash});
  page += html_verdict(report);
  page += page_graph("Where the CPU went", page_legend() + page_left_out(data));
  page += html_containers(report);
  page += html_findings(report);
  page += html_notes(report);
  return page + page_end(data.packed, kPageScript);
}

}  // namespace culprit
