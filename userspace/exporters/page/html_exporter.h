// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// The report as one HTML file that asks nobody for anything: verdict, what to do, containers as
/// plain markup that needs no script, and below them the flame graph with search, zoom, filters by
/// container and time, and themes. The Content-Security-Policy lets only our own two blocks of
/// script and style take effect, whatever a name in the data contains.
class HtmlExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

}  // namespace culprit
