// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "report/report.h"

namespace culprit {

// The parts of the HTML report that need no script. Each is complete markup with every text
// escaped.

/// A stranger's text for markup: displayable, cut, escaped.
std::string html_text(std::string_view text, std::size_t columns = 200);

std::string html_verdict(const Report& report);
/// Everything else that is wrong or busy; empty when there is nothing.
std::string html_findings(const Report& report);
/// A row per container, service and kernel activity. Its button carries the workload's index.
std::string html_containers(const Report& report);
/// What was ruled out, lost, or could not be observed.
std::string html_notes(const Report& report);

}  // namespace culprit
