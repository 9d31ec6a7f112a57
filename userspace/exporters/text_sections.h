// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "exporters/text_layout.h"
#include "exporters/wording.h"
#include "report/report.h"

namespace culprit {

// The sections of the text report, in the order in which they are read.

/// VERDICT with where, target, proof, cost, since, effect and cause; DO NOW with undo and the rest.
void write_verdict(TextPage& page, const Report& report);

/// ALSO: other culprits and what contributes, the causes of a culprit below it.
void write_also(TextPage& page, const Report& report);

/// BUSY: what uses CPU without proof against it; TOP, without a culprit: who was busy with what.
void write_busy(TextPage& page, const Report& report);

/// CPU: who had the CPUs, adding up to their number.
void write_cpu(TextPage& page, const Report& report);

/// The finding that the verdict names; null when there is none.
const RankedFinding* accused_finding(const Report& report);

/// "normalize_tags  /app/tags.py:11    python3 pid 42" in as many lines of `columns` as it takes;
/// empty when neither code nor process is known.
std::vector<Line> where_lines(const Report& report, const Finding& finding, std::size_t columns);

}  // namespace culprit
