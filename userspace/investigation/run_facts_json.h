// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "report/report.h"

namespace culprit {

using Losses = std::map<std::string, std::uint64_t>;

/// What a run knew about itself, and what it lost in all, as a recording keeps it.
std::string run_facts_json(const RunFacts& facts, const Losses& lost);

struct RecordedRun {
  RunFacts facts;
  Losses lost;
};

/// Reads it back; what is missing or of another kind keeps its default. All texts are displayable.
RecordedRun recorded_run(std::string_view json);

}  // namespace culprit
