// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "comparison/compare.h"

namespace culprit {

/// Everything that was compared: schema culprit.diff/1, diff.schema.json.
std::string difference_json(const Comparison& comparison);

}  // namespace culprit
