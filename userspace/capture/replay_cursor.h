// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "base/result.h"
#include "capture/cells.h"
#include "capture/database.h"
#include "samples/sample.h"

namespace culprit {

/// Of a recording that began at `start`, the time from `from` to `to` after that.
struct ReplayRange {
  KernelTime start;
  std::chrono::nanoseconds from{0};
  std::chrono::nanoseconds to{0};
};

/// Hands over the observations of all tables in the order in which they were recorded.
Status replay_rows(const Database& database, const ReplayRange& range, const NumberLookup& numbers,
                   SampleSink& sink);

}  // namespace culprit
