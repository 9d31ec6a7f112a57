// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "report/report.h"

namespace culprit {

/// Turns a report into one format's bytes. Escapes every text for that format.
class Exporter {
 public:
  Exporter() = default;
  Exporter(const Exporter&) = delete;
  Exporter& operator=(const Exporter&) = delete;
  Exporter(Exporter&&) = delete;
  Exporter& operator=(Exporter&&) = delete;
  virtual ~Exporter() = default;

  [[nodiscard]] virtual std::string write(const Report& report) const = 0;
};

}  // namespace culprit
