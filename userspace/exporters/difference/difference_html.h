// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "comparison/compare.h"

namespace culprit {

/// The comparison as one page that works offline: what changed, with intervals, and the flame graph
/// of both sides.
std::string difference_html(const Comparison& comparison);

}  // namespace culprit
