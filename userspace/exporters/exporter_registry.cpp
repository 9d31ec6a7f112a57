// SPDX-License-Identifier: Apache-2.0
#include "exporters/exporter_registry.h"

#include "exporters/json_exporter.h"
#include "exporters/markdown_exporter.h"

namespace culprit {

std::vector<std::string_view> exporter_formats() {
  return {"text", "json", "markdown"};
}

std::unique_ptr<Exporter> make_exporter(std::string_view format, const TextOptions& text) {
  if (format == "text") {
    return std::make_unique<TextExporter>(text);
  }
  if (format == "json") {
    return std::make_unique<JsonExporter>();
  }
  if (format == "markdown") {
    return std::make_unique<MarkdownExporter>();
  }
  return nullptr;
}

}  // namespace culprit
