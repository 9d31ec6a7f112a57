// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "symbols/resolved_frame.h"

namespace culprit {

/// A function that was written in the language of a runtime, by the developer or for a library.
bool is_script_frame(const ResolvedFrame& frame);

/// A script's function of the language's own library or of an installed package, told by where its
/// file lies: it does what the developer's code asked for. False when the file is not known.
bool is_script_library_frame(const ResolvedFrame& frame);

}  // namespace culprit
