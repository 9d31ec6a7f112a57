// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"
#include "capture/recording.h"
#include "cli/options.h"
#include "investigation/run_facts_json.h"
#include "report/report.h"

namespace culprit {

struct Replayed {
  Profile profile;  ///< with all that the run knew to be lost
  RecordedRun run;
};

/// What was observed in that part of a recording, with names.
Result<Replayed> replayed(const Recording& recording, const RecordingRange& range);

/// Whether a file is a recording, by its first bytes.
Result<bool> is_recording(const std::string& path);

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
