// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "unwinding/architecture.h"
#include "unwinding/common_entry.h"
#include "unwinding/unwind_table.h"

namespace culprit {

/// What the walker has to do where this state holds. What cannot be expressed in full is
/// CULPRIT_CFA_UNSUPPORTED; a frame pointer that cannot is only undefined.
UnwindRule compile_rule(const CfiState& state, const CommonEntry& common,
                        const UnwindArchitecture& architecture);

UnwindRule unsupported_rule();

}  // namespace culprit
