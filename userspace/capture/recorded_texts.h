// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "containers/container.h"
#include "containers/process_facts.h"
#include "symbols/resolved_frame.h"

namespace culprit {

// These values promise displayable texts; a file that somebody hands over does not.

void make_displayable(ResolvedFrame& frame);
void make_displayable(Container& container);
void make_displayable(ProcessFacts& facts);

}  // namespace culprit
