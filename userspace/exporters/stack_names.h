// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "symbols/resolved_frame.h"

namespace culprit {

/// A name as one frame of the folded format: displayable, no ';', never empty, and without an
/// ending that would make it look like a kernel frame.
std::string folded_name(std::string_view name);

/// The same for a frame; a kernel function ends in "_[k]".
std::string folded_frame(const ResolvedFrame& frame);

/// A container's name as a part of a file name: [A-Za-z0-9_.-], 1 to 64 letters, no leading dot or
/// dash. Different names may become equal: the caller keeps them apart.
std::string file_name_part(std::string_view name);

}  // namespace culprit
