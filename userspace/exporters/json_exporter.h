// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// The report for programs: `culprit.report/1`, described by report.schema.json beside this file.
/// Ids of 64 bits are strings, times RFC 3339 in UTC, shares 0..1, unknown values null.
class JsonExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

}  // namespace culprit
