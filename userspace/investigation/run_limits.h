// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/report.h"

namespace culprit {

/// Collects what could not be observed, or only by second choice, for the report. Each sentence is
/// kept once.
class RunLimits {
 public:
  void add(std::string what, std::string why, std::string fix = {});
  void add(std::string what, const Error& error) { add(std::move(what), error.message()); }

  [[nodiscard]] const std::vector<Limit>& all() const { return limits_; }

 private:
  std::vector<Limit> limits_;
};

}  // namespace culprit
