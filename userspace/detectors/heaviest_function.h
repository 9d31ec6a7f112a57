// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "detectors/call_paths.h"

namespace culprit {

/// The function that the most weight lies below, by whichever way it was called: what threads of
/// different origin have in common. Only code that somebody wrote for the program: no library, no
/// kernel, no start of a thread, no interpreter's loop; the innermost of equals. Its heaviest path,
/// and the weight of all of them; an empty path when there is no such function.
FunctionPath heaviest_function(const CallTree& calls, const FrameTable& frames);

}  // namespace culprit
