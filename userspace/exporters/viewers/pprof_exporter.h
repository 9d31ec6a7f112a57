// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// A profile for `go tool pprof` and everything that reads its gzipped protobuf: CPU nanoseconds
/// and samples by call path, with lines and inlined calls, labelled with container, image, pod,
/// comm, thread, pid and tid.
class PprofExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

}  // namespace culprit
