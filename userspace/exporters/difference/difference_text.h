// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "comparison/compare.h"
#include "exporters/text_exporter.h"

namespace culprit {

/// The largest changes, what is new and what is gone, for a person in front of a terminal.
std::string difference_text(const Comparison& comparison, const TextOptions& options);

}  // namespace culprit
