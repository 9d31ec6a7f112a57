// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "capture/recording.h"
#include "cli/options.h"
#include "report/report.h"

namespace culprit {

/// The report that the run gave, or would have given, made again from its recording.
Result<Report> report_from(const Recording& recording, const RecordingRange& range,
                           double min_confidence);

/// `culprit report FILE`: the same with what the command line asks for.
Result<Report> report_of_file(const Options& options);

struct Flames {
  std::string bytes;
  std::string note;  ///< what was left out; empty when nothing was
};

/// `culprit flame FILE`, of a recording, folded stacks or the text of perf script.
Result<Flames> flames_of_file(const Options& options);

}  // namespace culprit
