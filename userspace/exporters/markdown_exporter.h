// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// The report to be pasted into an incident ticket: verdict, what to do, findings with their
/// evidence, containers, what was ruled out.
class MarkdownExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

}  // namespace culprit
