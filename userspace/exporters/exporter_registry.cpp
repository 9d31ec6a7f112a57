// SPDX-License-Identifier: Apache-2.0
#include "exporters/exporter_registry.h"

#include <array>

#include "exporters/flame_graph_svg.h"
#include "exporters/folded_exporter.h"
#include "exporters/json_exporter.h"
#include "exporters/markdown_exporter.h"
#include "exporters/page/html_exporter.h"
#include "exporters/viewers/firefox_exporter.h"
#include "exporters/viewers/otlp_exporter.h"
#include "exporters/viewers/pprof_exporter.h"
#include "exporters/viewers/speedscope_exporter.h"

namespace culprit {
namespace {

class SvgExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override {
    return host_flame_graph(report.profile);
  }
};

template <typename Kind>
std::unique_ptr<Exporter> make() {
  return std::make_unique<Kind>();
}

struct Format {
  std::string_view name;
  std::unique_ptr<Exporter> (*make)();
};

/// Those without options.
constexpr std::array<Format, 9> kFormats = {{{"json", make<JsonExporter>},
                                             {"markdown", make<MarkdownExporter>},
                                             {"folded", make<FoldedExporter>},
                                             {"svg", make<SvgExporter>},
                                             {"html", make<HtmlExporter>},
                                             {"pprof", make<PprofExporter>},
                                             {"speedscope", make<SpeedscopeExporter>},
                                             {"otlp", make<OtlpExporter>},
                                             {"firefox", make<FirefoxExporter>}}};

}  // namespace

std::vector<std::string_view> exporter_formats() {
  std::vector<std::string_view> names = {"text"};
  for (const Format& format : kFormats) {
    names.push_back(format.name);
  }
  return names;
}

std::unique_ptr<Exporter> make_exporter(std::string_view format, const TextOptions& text) {
  if (format == "text") {
    return std::make_unique<TextExporter>(text);
  }
  for (const Format& known : kFormats) {
    if (known.name == format) {
      return known.make();
    }
  }
  return nullptr;
}

}  // namespace culprit
