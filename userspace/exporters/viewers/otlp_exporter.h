// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// OpenTelemetry's ProfilesData message (opentelemetry.proto.profiles.v1development, as published
/// with version 1.9.0), uncompressed: one resource per container, service and kernel activity.
class OtlpExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

}  // namespace culprit
