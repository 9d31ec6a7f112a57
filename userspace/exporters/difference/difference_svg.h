// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "comparison/compare.h"

namespace culprit {

/// One flame graph of both sides: red what grew, blue what shrank, dashed what is gone.
std::string difference_svg(const Comparison& comparison);

}  // namespace culprit
