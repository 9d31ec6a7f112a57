// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aggregation/build_context.h"

namespace culprit {

void want_watched_stacks(const Observations& seen, StackNames& stacks);

/// Gives the threads of the profile the calls that were watched, with names.
void assemble_call_watches(BuildContext& context);

}  // namespace culprit
