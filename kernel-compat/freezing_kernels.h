// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace culprit {

/// True for kernels on which reading user memory from a perf program can freeze the machine:
/// copy_from_user_nofault lacked the check for a page fault inside of a page fault (fixed by
/// d319f344561d, 6.4, and in the stable lines 6.1.36 and 6.3.10). Distributions may have patched
/// theirs earlier; being wrong here costs frames, being wrong there costs the machine. There is
/// nothing to try safely, so this is the only question answered by version.
bool freezes_on_user_reads(std::string_view release);

}  // namespace culprit
