// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "unwinding/architecture.h"
#include "unwinding/cfi_state.h"

namespace culprit {

/// The meaning of a DWARF expression. `begins_with_cfa`: the canonical frame address lies on the
/// expression's stack, as it does for registers but not for the address itself.
CfiExpression understand_expression(std::span<const std::byte> bytes,
                                    const UnwindArchitecture& architecture, bool begins_with_cfa);

}  // namespace culprit
