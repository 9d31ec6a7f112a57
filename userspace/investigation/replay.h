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

/// `culprit flame FILE`: the bytes that were asked for.
Result<std::string> flame_of_file(const Options& options);

}  // namespace culprit
