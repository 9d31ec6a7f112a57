// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "report/report.h"

namespace culprit {

/// Orders findings by role, then by cost times confidence, gives them their ids and turns causes
/// given as indices into ids. Findings below `min_confidence`, and those about culprit itself, are
/// left out, and causes that point at them with them. Commands that are not safe to paste are
/// dropped from their advice, whoever wrote them.
std::vector<RankedFinding> rank_findings(const Profile& profile, std::vector<Finding> findings,
                                         double min_confidence);

}  // namespace culprit
