// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"
#include "cli/progress.h"
#include "report/report.h"

namespace culprit {

class Stages;

/// Why an investigation cannot begin, and what the shell is told.
struct CannotBegin {
  std::string message;
  ExitCode code = ExitCode::Failed;
};

/// One investigation from beginning to end: prepares, observes for the window, judges. The only
/// place that wires the stages together. Main thread only; it starts the observer's thread.
class Investigation {
 public:
  /// Gets everything ready and starts sampling. To be called while the program has one thread.
  static std::variant<std::unique_ptr<Investigation>, CannotBegin> begin(
      const Options& options, std::vector<std::string> arguments);
  Investigation(const Investigation&) = delete;
  Investigation& operator=(const Investigation&) = delete;
  Investigation(Investigation&&) = delete;
  Investigation& operator=(Investigation&&) = delete;
  ~Investigation();

  /// Observes until the window is over or `interrupted`, and reports on what was seen.
  Report run(Progress& progress, const std::atomic<bool>& interrupted);

 private:
  explicit Investigation(std::unique_ptr<Stages> stages);

  std::unique_ptr<Stages> stages_;
};

}  // namespace culprit
