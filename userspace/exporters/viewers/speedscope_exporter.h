// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "exporters/exporter.h"

namespace culprit {

/// speedscope's own JSON: the whole host as one profile, then each container, service and kernel
/// activity as one of its own; weights are nanoseconds of CPU.
class SpeedscopeExporter : public Exporter {
 public:
  [[nodiscard]] std::string write(const Report& report) const override;
};

}  // namespace culprit
