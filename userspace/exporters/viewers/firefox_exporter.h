// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// JSON for profiler.firefox.com: its processed format, version 70. Each thread is a track, named
/// after its container; what belongs to no thread is a track of its container's. Samples lie in the
/// middle of the second they were taken in, for that is how finely time is known.
class FirefoxExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

}  // namespace culprit
